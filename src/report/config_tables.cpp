#include <algorithm>

#include "config/config_values.hpp"
#include "report/run_table.hpp"
#include "report/tables.hpp"

namespace jetrain {
namespace {

std::string value_of(const std::vector<std::pair<std::string, std::string>>& values, const std::string& key) {
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == key; });
  return found == values.end() ? kNone : found->second.empty() ? "(empty)" : found->second;
}

bool is_of_layers(const std::string& key) {
  return key.starts_with("model.layers[");
}

}  // namespace

std::string differences_table(const ReportedRuns& runs) {
  if (runs.empty()) return "";
  if (runs.size() == 1)
    return "<p>One run: nothing to compare its config with. The whole config stands below.</p>\n";
  std::vector<std::string> keys;
  for (const ReportedRun& run : runs) {
    for (const std::string& key : differing_keys(runs.front().record.config, run.record.config)) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  if (keys.empty()) return "<p>The runs' configs are the same.</p>\n";
  // Layer by layer, only lists of the same layers can be compared; others are shown whole, as networks.
  const bool other_layers = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return is_of_layers(key) && std::any_of(runs.begin(), runs.end(), [&](const ReportedRun& r) {
             return value_of(config_values(r.record.config), key) == kNone;
           });
  });
  if (other_layers) std::erase_if(keys, is_of_layers);
  RunTable table(runs, "What differs in the configs", [](const ReportedRun&) { return true; });
  for (const std::string& key : keys) {
    table.row(fmt::format("<code>{}</code>", html_escaped(key)),
              [&](const ReportedRun& r) { return value_of(config_values(r.record.config), key); });
  }
  if (other_layers) {
    table.row("<code>model.layers</code>", [](const ReportedRun& r) {
      return fmt::format("{} layers, see Network", r.record.config.model.layers.size());
    });
  }
  return table.html();
}

std::string config_texts(const ReportedRuns& runs) {
  std::string html;
  for (const ReportedRun& run : runs) {
    html += fmt::format("<details><summary>config.yaml of {}</summary>\n<pre>{}</pre></details>\n",
                        html_escaped(run.record.name), html_escaped(run.record.yaml));
  }
  return html;
}

}  // namespace jetrain

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pictures/html.hpp"
#include "report/run_table.hpp"
#include "report/tables.hpp"

namespace jetrain {
namespace {

std::string layers_text(const std::vector<std::string>& layers) {
  return layers.empty() ? kNone : html_escaped(fmt::format("{}", fmt::join(layers, ", ")));
}

std::string changes_text(const StartLink& link) {
  std::string html;
  for (const ConfigChange& change : link.changed) {
    const auto value = [](const std::string& text) { return text.empty() ? kNone : html_escaped(text); };
    html += fmt::format("{}<code>{}</code> {} → {}", html.empty() ? "" : "<br>", html_escaped(change.key),
                        value(change.before), value(change.now));
  }
  return html.empty() ? kNone : html;
}

}  // namespace

std::string start_tables(const ReportedRuns& runs) {
  std::string html;
  for (const ReportedRun& run : runs) {
    const StartRecord& start = run.record.result.start;
    if (!ended(run) || start.empty()) continue;
    HtmlTable table(fmt::format("What {} began with", html_escaped(run.record.name)),
                    {"", "began with", "whose weights are", "taken", "new", "what differs in the config"});
    std::string name = run.record.name;
    const auto add = [&](const StartLink& link) {
      table.row(html_escaped(name), {html_escaped(link.model), link.weights_hash, layers_text(link.taken),
                                     layers_text(link.fresh), changes_text(link)});
      name = link.model;
    };
    add(start.link);
    for (const StartLink& ancestor : start.ancestors) add(ancestor);
    html += table.html();
  }
  return html;
}

}  // namespace jetrain

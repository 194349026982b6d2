#include "report/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "config/config_values.hpp"
#include "report/plot.hpp"

namespace jetrain {
namespace {

constexpr const char* kNone = "–";

std::string fixed(double value, int digits) {
  return std::isnan(value) ? kNone : std::isinf(value) ? "∞" : fmt::format("{:.{}f}", value, digits);
}

/// As HTML, which breaks lines only between the two numbers.
std::string with_error(double value, double error, int digits) {
  return fixed(value, digits) + (std::isfinite(error) ? " <span>± " + fixed(error, digits) + "</span>" : "");
}

/// A table with a column for each run; `columns_of` tells which take part.
class RunTable {
 public:
  using Chosen = std::function<bool(const ReportedRun&)>;
  using Value = std::function<std::string(const ReportedRun&)>;

  RunTable(const ReportedRuns& runs, const std::string& caption, const Chosen& chosen) {
    for (const ReportedRun& run : runs) {
      if (chosen(run)) runs_.push_back(&run);
    }
    html_ = fmt::format("<div class=\"wide\"><table><caption>{}</caption>\n<thead><tr><th></th>", caption);
    for (const ReportedRun* run : runs_)
      html_ += fmt::format("<th scope=\"col\">{}</th>", html_escaped(run->record.name));
    html_ += "</tr></thead>\n<tbody>\n";
  }
  void row(const std::string& name, const Value& value) {
    html_ += fmt::format("<tr><th scope=\"row\">{}</th>", name);
    for (const ReportedRun* run : runs_) html_ += fmt::format("<td>{}</td>", html_escaped(value(*run)));
    html_ += "</tr>\n";
  }
  std::string html() const { return runs_.empty() ? "" : html_ + "</tbody></table></div>\n"; }

 private:
  std::vector<const ReportedRun*> runs_;
  std::string html_;
};

bool ended(const ReportedRun& run) {
  return run.record.ended;
}

std::string value_of(const std::vector<std::pair<std::string, std::string>>& values, const std::string& key) {
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == key; });
  return found == values.end() ? kNone : found->second.empty() ? "(empty)" : found->second;
}

bool is_of_layers(const std::string& key) {
  return key.starts_with("model.layers[");
}

std::string network_table(const Model& model, const std::string& caption) {
  std::string html = fmt::format(
      "<div class=\"wide\"><table><caption>{}</caption>\n<thead><tr><th scope=\"col\">layer</th><th "
      "scope=\"col\">output</th><th scope=\"col\">parameters</th></tr></thead>\n<tbody>\n",
      caption);
  const auto row = [&](const std::string& name, const std::string& shape, std::int64_t parameters) {
    html +=
        fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n", name, shape, parameters);
  };
  row("input", model.input().shape.text(), 0);
  if (model.input().features > 0) row("features", fmt::format("({})", model.input().features), 0);
  for (const Node& node : model.nodes()) {
    row(node.name, node.layer->output().text(), node.parameter_count());
  }
  return html + fmt::format(
                    "</tbody>\n<tfoot><tr><th scope=\"row\">all</th><td>{} multiply-adds a jet</td>"
                    "<td>{}</td></tr></tfoot></table></div>\n",
                    model.multiply_adds_forward(), model.parameter_count());
}

}  // namespace

std::string results_table(const ReportedRuns& runs) {
  RunTable table(runs, "The best epoch on the whole validation set, as result.json has it", ended);
  const auto best = [&](const char* name, int digits, const auto& value) {
    table.row(name, [&](const ReportedRun& r) { return fixed(value(r.record.result.best), digits); });
  };
  table.row("best epoch", [](const ReportedRun& r) {
    return fmt::format("{} of {}", r.record.result.best.epoch, r.record.result.epochs);
  });
  best("val_loss", 4, [](const EpochRecord& e) { return e.validation.loss; });
  best("val_accuracy", 4, [](const EpochRecord& e) { return e.validation.accuracy; });
  best("val_auc", 4, [](const EpochRecord& e) { return e.validation.auc; });
  best("1/ε<sub>B</sub> at ε<sub>S</sub> 0.3", 0,
       [](const EpochRecord& e) { return e.validation.rejection_30; });
  best("1/ε<sub>B</sub> at ε<sub>S</sub> 0.5", 0,
       [](const EpochRecord& e) { return e.validation.rejection_50; });
  table.row("parameters", [](const ReportedRun& r) { return fmt::format("{}", r.record.result.parameters); });
  table.row("jets, training and validation", [](const ReportedRun& r) {
    return fmt::format("{} + {}", r.record.result.training_jets, r.record.result.validation_jets);
  });
  table.row("weights", [](const ReportedRun& r) { return r.record.result.weights_hash; });
  std::string html = table.html();
  for (const ReportedRun& run : runs) {
    if (!ended(run))
      html += fmt::format("<p class=\"note\">{} has not ended: it has no result.json.</p>\n",
                          html_escaped(run.record.name));
  }
  return html;
}

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

std::string network_tables(const ReportedRuns& runs) {
  // Each a table without caption, and the names of its runs.
  std::vector<std::pair<std::string, std::string>> networks;
  std::vector<const Model*> models;
  for (const ReportedRun& run : runs) {
    if (!run.scores.model) continue;
    const std::string body = network_table(run.scores.model->model, "");
    const auto same =
        std::find_if(networks.begin(), networks.end(), [&](const auto& n) { return n.first == body; });
    if (same != networks.end()) {
      same->second += ", " + html_escaped(run.record.name);
      continue;
    }
    networks.emplace_back(body, html_escaped(run.record.name));
    models.push_back(&run.scores.model->model);
  }
  std::string html;
  for (std::size_t i = 0; i < networks.size(); ++i)
    html += network_table(*models[i], "The network of " + networks[i].second);
  return html;
}

std::string tagging_table(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  std::vector<const ScoredTagger*> taggers;
  for (const ReportedRun& run : runs) {
    if (run.scores.missing.empty()) taggers.push_back(&run.scores.tagger);
  }
  const bool with_runs = !taggers.empty();
  for (const ScoredTagger& other : others) taggers.push_back(&other);
  if (taggers.empty()) return "";
  std::string html = "<p>";
  if (with_runs)
    html +=
        "Runs: computed anew from best.h5 on validation jets (the first of them, as many as --jets says). ";
  if (!others.empty())
    html += fmt::format("Files: on all of their own jets{}. ",
                        with_runs ? ", which need not be the runs' validation jets" : "");
  html +=
      "±: standard deviation over bootstrap replicas.</p>\n<div class=\"wide\"><table>\n<thead><tr><th></th>";
  for (const char* column : {"jets", "accuracy", "AUC", "1/ε<sub>B</sub> at ε<sub>S</sub> 0.3",
                             "1/ε<sub>B</sub> at ε<sub>S</sub> 0.5"})
    html += fmt::format("<th scope=\"col\">{}</th>", column);
  html += with_runs ? "<th scope=\"col\">loss</th></tr></thead>\n<tbody>\n" : "</tr></thead>\n<tbody>\n";
  for (const ScoredTagger* tagger : taggers) {
    const Metrics& m = tagger->metrics;
    const Metrics& e = tagger->errors;
    html += fmt::format("<tr><th scope=\"row\">{}</th>", html_escaped(tagger->name));
    for (const std::string& cell :
         {fmt::format("{}", m.jets), with_error(m.accuracy, e.accuracy, 4), with_error(m.auc, e.auc, 4),
          with_error(m.rejection_30, e.rejection_30, 1), with_error(m.rejection_50, e.rejection_50, 1)})
      html += fmt::format("<td>{}</td>", cell);
    html += with_runs ? fmt::format("<td>{}</td></tr>\n", fixed(m.loss, 4)) : "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string confusion_tables(const ReportedRuns& runs) {
  const ClassNames names = class_names(runs);
  std::string html;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const ScoredTagger& run = runs[r].scores.tagger;
    if (run.roc.empty()) continue;
    std::array<std::array<std::int64_t, 2>, 2> counts{};  // [label][called top]
    for (std::size_t i = 0; i < run.scored.scores.size(); ++i)
      ++counts[run.scored.labels[i] == 1 ? 1 : 0][run.scored.scores[i] > 0.5F ? 1 : 0];
    html += fmt::format(
        "<div class=\"wide\"><table><caption>Confusion at 0.5{}: numbers, and their share of the "
        "class</caption>\n"
        "<thead><tr><th></th><th scope=\"col\">called {}</th><th scope=\"col\">called {}</th></tr></thead>\n"
        "<tbody>\n",
        html_escaped(caption_suffix(runs, r)), names.signal, names.background);
    for (const std::size_t label : {1U, 0U}) {
      const double all = static_cast<double>(counts[label][0] + counts[label][1]);
      const auto cell = [&](std::size_t called) {
        return fmt::format("<td>{} ({:.1f} %)</td>", counts[label][called],
                           100 * static_cast<double>(counts[label][called]) / all);
      };
      html += fmt::format("<tr><th scope=\"row\">{}</th>{}{}</tr>\n",
                          label == 1 ? names.signal : names.background, cell(1), cell(0));
    }
    html += "</tbody></table></div>\n";
  }
  return html;
}

std::string resources_table(const ReportedRuns& runs) {
  RunTable table(runs, "What it took", ended);
  table.row("ranks x threads", [](const ReportedRun& r) {
    return fmt::format("{} x {}", r.record.result.ranks, r.record.result.threads);
  });
  table.row("jets/s, the median epoch",
            [](const ReportedRun& r) { return fixed(r.record.result.jets_per_second, 0); });
  table.row("memory of the largest rank (MB)", [](const ReportedRun& r) {
    return fixed(static_cast<double>(r.record.result.peak_rss_bytes) / 1e6, 0);
  });
  table.row("seconds in all", [](const ReportedRun& r) {
    const auto found = r.record.result.seconds.find("total");
    return found == r.record.result.seconds.end() ? std::string(kNone) : fixed(found->second, 1);
  });
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

std::string missing_notes(const ReportedRuns& runs) {
  std::string html;
  for (const ReportedRun& run : runs) {
    if (!run.scores.missing.empty())
      html += fmt::format("<p class=\"note\">Without scores and images: {}.</p>\n",
                          html_escaped(run.scores.missing));
    else if (run.scores.tagger.roc.empty())
      html += fmt::format("<p class=\"note\">Without ROC curve: {} does not tell two classes apart.</p>\n",
                          html_escaped(run.record.name));
  }
  return html;
}

}  // namespace jetrain

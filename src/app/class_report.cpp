#include "app/class_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/class_tables.hpp"
#include "app/text_table.hpp"
#include "core/printable_text.hpp"

namespace jetrain {
namespace {

/// Where a class's figures stand among those of measure_class_figures.
struct Places {
  Places(const ScoreSet& set, std::size_t efficiencies)
      : classes(set.classes.size()), signal(static_cast<std::size_t>(set.signal)), each(efficiencies) {}

  std::size_t auc(std::size_t k) const { return 2 + k; }
  /// Not of the signal.
  std::size_t rejection(std::size_t k, std::size_t efficiency) const {
    return 2 + classes + (k < signal ? k : k - 1) * each + efficiency;
  }

  std::size_t classes;
  std::size_t signal;
  std::size_t each;
};

std::int64_t jets_of(const ScoreSet& set, std::size_t k) {
  return std::count(set.labels.begin(), set.labels.end(), static_cast<std::uint8_t>(k));
}

}  // namespace

ClassScores class_scores(const ScoreSet& set) {
  return {set.outputs, set.labels, set.weights, std::ssize(set.classes), set.signal};
}

std::string rejection_name(double efficiency) {
  return fmt::format("rejection_{:.10g}", 100 * efficiency);
}

std::string class_report(const ScoreSet& set, const MeasuredFigures& measured,
                         const std::vector<double>& efficiencies) {
  const Places at(set, efficiencies.size());
  const auto text = [&](std::size_t f, int digits) {
    return with_error(measured.values[f], measured.errors[f], digits);
  };
  const std::string signal = printable_line(set.classes[at.signal]);
  std::vector<std::vector<std::string>> lines{{"class", "jets", "AUC against the rest"}};
  for (const double efficiency : efficiencies)
    lines[0].push_back(fmt::format("1/eps_B({}) of {}", efficiency, signal));
  for (std::size_t k = 0; k < at.classes; ++k) {
    lines.push_back({printable_line(set.classes[k]), fmt::format("{}", jets_of(set, k)), text(at.auc(k), 4)});
    for (std::size_t e = 0; e < efficiencies.size(); ++e)
      lines.back().push_back(k == at.signal ? "-" : text(at.rejection(k, e), 1));
  }
  return fmt::format("{}: {} jets  accuracy {}  mean AUC {}\n{}{}", printable_line(set.name),
                     set.labels.size(), text(0, 4), text(1, 4), text_table(lines),
                     confusion_table(set.classes, confusion_of(class_scores(set))));
}

Json class_report_json(const ScoreSet& set, const MeasuredFigures& measured,
                       const std::vector<double>& efficiencies) {
  const Places at(set, efficiencies.size());
  const auto put = [&](Json& json, const std::string& name, std::size_t f) {
    json[name] = json_number(measured.values[f]);
    json[name + "_error"] = json_number(measured.errors[f]);
  };
  const auto called = confusion_of(class_scores(set));
  Json json = {{"name", set.name}, {"jets", set.labels.size()}, {"signal", set.classes[at.signal]}};
  put(json, "accuracy", 0);
  put(json, "auc", 1);
  for (std::size_t k = 0; k < at.classes; ++k) {
    Json figures = {{"name", set.classes[k]}, {"jets", jets_of(set, k)}};
    put(figures, "auc", at.auc(k));
    for (std::size_t e = 0; e < efficiencies.size() && k != at.signal; ++e)
      put(figures, rejection_name(efficiencies[e]), at.rejection(k, e));
    figures["called"] = called[k];
    json["classes"].push_back(figures);
  }
  return json;
}

}  // namespace jetrain

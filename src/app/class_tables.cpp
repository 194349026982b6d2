#include "app/class_tables.hpp"

#include <fmt/format.h>

#include <numeric>

#include "app/text_table.hpp"
#include "core/printable_text.hpp"

namespace jetrain {

std::string class_tables(const std::vector<ClassFigures>& classes) {
  if (classes.empty()) return {};
  constexpr double kNoError = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::vector<std::string>> lines{
      {"class", "jets", "AUC against the rest", "1/eps_B(0.3) of the signal against it", "1/eps_B(0.5)"}};
  std::vector<std::string> names;
  std::vector<std::vector<double>> called;
  for (const ClassFigures& figures : classes) {
    lines.push_back({printable_line(figures.name), fmt::format("{}", figures.jets),
                     with_error(figures.auc, kNoError, 4), with_error(figures.rejection_30, kNoError, 1),
                     with_error(figures.rejection_50, kNoError, 1)});
    names.push_back(figures.name);
    called.push_back(figures.called);
  }
  return text_table(lines) + confusion_table(names, called);
}

std::string confusion_table(const std::vector<std::string>& names,
                            const std::vector<std::vector<double>>& called) {
  std::vector<std::vector<std::string>> lines{{"true class"}};
  for (const std::string& name : names) lines[0].push_back("called " + printable_line(name));
  for (std::size_t k = 0; k < names.size(); ++k) {
    const double all = std::accumulate(called[k].begin(), called[k].end(), 0.0);
    lines.push_back({printable_line(names[k])});
    for (const double jets : called[k])
      lines.back().push_back(all > 0 ? fmt::format("{:.4f}", jets / all) : "-");
  }
  return text_table(lines);
}

}  // namespace jetrain

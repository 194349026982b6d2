#pragma once

/// \file
/// Tables with a column for each run, and how they write numbers.

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "pictures/html.hpp"
#include "report/figures.hpp"

namespace jetrain {

/// Headlines of the background rejection.
inline constexpr const char* kRejection30 = "1/ε<sub>B</sub> at ε<sub>S</sub> 0.3";
inline constexpr const char* kRejection50 = "1/ε<sub>B</sub> at ε<sub>S</sub> 0.5";

/// Where there is no value.
inline constexpr const char* kNone = "–";

inline std::string fixed(double value, int digits) {
  return std::isnan(value) ? kNone : std::isinf(value) ? "∞" : fmt::format("{:.{}f}", value, digits);
}

/// Of all runs that `chosen` tells to take part; no table where none does.
class RunTable {
 public:
  using Chosen = std::function<bool(const ReportedRun&)>;
  using Value = std::function<std::string(const ReportedRun&)>;

  RunTable(const ReportedRuns& runs, const std::string& caption, const Chosen& chosen)
      : runs_(chosen_of(runs, chosen)), table_(caption, columns_of(runs_)) {}

  /// `name` is HTML, the values are plain text.
  void row(const std::string& name, const Value& value) {
    std::vector<std::string> cells;
    for (const ReportedRun* run : runs_) cells.push_back(html_escaped(value(*run)));
    table_.row(name, cells);
  }
  std::string html() const { return runs_.empty() ? "" : table_.html(); }

 private:
  using Columns = std::vector<const ReportedRun*>;
  static Columns chosen_of(const ReportedRuns& runs, const Chosen& chosen) {
    Columns columns;
    for (const ReportedRun& run : runs) {
      if (chosen(run)) columns.push_back(&run);
    }
    return columns;
  }
  static std::vector<std::string> columns_of(const Columns& runs) {
    std::vector<std::string> names{""};
    for (const ReportedRun* run : runs) names.push_back(html_escaped(run->record.name));
    return names;
  }

  Columns runs_;
  HtmlTable table_;
};

/// Which runs have a result.json.
inline bool ended(const ReportedRun& run) {
  return run.record.ended;
}

}  // namespace jetrain

#include "run/history_csv.hpp"

#include <fmt/format.h>

#include <limits>
#include <sstream>

#include "core/record_csv.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

std::string history_line(const EpochRecord& record) {
  return csv_line(record) + "\n";
}

std::string history_text(const std::vector<EpochRecord>& history) {
  std::string text = csv_header<EpochRecord>() + "\n";
  for (const EpochRecord& record : history) text += history_line(record);
  return text;
}

std::vector<EpochRecord> parse_history(const std::string& text, const std::string& path) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  const CsvReader<EpochRecord> reader(line);
  if (const std::string wrong = reader.complaint(); !wrong.empty())
    throw DataError(fmt::format("{}:1: not the columns of a training's history: {}", path, wrong));
  std::vector<EpochRecord> history;
  for (std::int64_t number = 2; std::getline(lines, line); ++number) {
    Metrics& validation = history.emplace_back().validation;
    validation.rejection_30 = validation.rejection_50 = std::numeric_limits<double>::quiet_NaN();
    if (!reader.parse(line, history.back()))
      throw DataError(fmt::format("{}:{}: not a line of a training's history: {}", path, number, line));
  }
  return history;
}

}  // namespace jetrain

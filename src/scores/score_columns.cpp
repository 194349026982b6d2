#include "scores/score_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "jetrain/error.hpp"

namespace jetrain {

std::string naming_advice(const ScoreNames& names, const std::string& options) {
  return names.by_options ? "say where things are with " + options
                          : std::string("name them as `jetrain predict` does: score, label and row");
}

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

NumberTable side_by_side(const std::string& path, const std::vector<NumberTable>& columns) {
  if (columns.size() == 1) return columns.front();
  NumberTable table;
  table.columns = columns.size();
  const std::size_t rows = columns.front().rows();
  for (const NumberTable& column : columns) {
    if (column.columns != 1 || column.rows() != rows)
      throw DataError(fmt::format("{}: of several scores each must be one column, of as many rows", path));
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (const NumberTable& column : columns) table.values.push_back(column.values[i]);
  }
  return table;
}

void require_score_shape(const std::string& name, const std::vector<std::int64_t>& shape) {
  constexpr std::int64_t kMostClasses = 256;
  const bool fits = shape.size() == 1 || (shape.size() == 2 && shape[1] >= 1 && shape[1] <= kMostClasses);
  if (!fits)
    throw DataError(fmt::format("{} has the shape ({}), not (N), (N, 1), (N, 2) or, of K classes, (N, K)",
                                name, fmt::join(shape, ", ")));
}

}  // namespace jetrain

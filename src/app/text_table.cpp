#include "app/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace jetrain {

std::string text_table(const std::vector<std::vector<std::string>>& lines) {
  std::string text;
  for (const std::vector<std::string>& line : lines) {
    for (std::size_t c = 0; c < line.size(); ++c) {
      std::size_t width = 0;
      for (const auto& other : lines) width = std::max(width, other[c].size());
      text += c + 1 == line.size() ? line[c] + "\n" : fmt::format("{:{}}  ", line[c], width);
    }
  }
  return text;
}

std::string with_error(double value, double error, int digits) {
  const auto number = [&](double x) { return fmt::format("{:.{}f}", x, digits); };
  if (std::isnan(value)) return "-";
  return std::isfinite(error) ? number(value) + " +- " + number(error) : number(value);
}

}  // namespace jetrain

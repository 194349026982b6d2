#pragma once

#include <string>
#include <vector>

namespace jetrain {

/// Cells as lines, their columns under one another and two spaces apart. Each line has as many cells.
std::string text_table(const std::vector<std::vector<std::string>>& lines);

/// "0.9381 +- 0.0004"; without an error (NaN) the value alone, "-" where there is none.
std::string with_error(double value, double error, int digits);

}  // namespace jetrain

#include "core/order_statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace jetrain {

double median(std::vector<double> values, OfTwo of_two) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const double lower = values[(values.size() - 1) / 2];
  const double upper = values[values.size() / 2];
  return of_two == OfTwo::mean ? (lower + upper) / 2 : of_two == OfTwo::lower ? lower : upper;
}

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(values.size());
}

double deviation(std::span<const double> values) {
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const double centre = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace jetrain

#pragma once

/// \file
/// Mean, deviation and median of a few values.

#include <cstdint>
#include <span>
#include <vector>

namespace jetrain {

/// Which median an even number of values has.
enum class OfTwo : std::uint8_t { mean, lower, upper };

/// The value in the middle. At least one value, none NaN.
double median(std::vector<double> values, OfTwo of_two = OfTwo::mean);

/// Summed in their order; NaN of none.
double mean(std::span<const double> values);

/// The standard deviation of one value, as estimated from all (n - 1); NaN of fewer than two.
double deviation(std::span<const double> values);

}  // namespace jetrain

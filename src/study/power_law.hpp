#pragma once

#include <limits>
#include <optional>
#include <span>

namespace jetrain {

/// An error at one size of the training set.
struct SizedError {
  double jets = 0;
  double error = 0;  ///< above 0
  double sigma = 0;  ///< its uncertainty; 0: not known
};

/// error = floor + scale jets^-exponent, as learning curves follow it (Hestness et al., arXiv:1712.00409).
struct PowerLaw {
  double floor = 0;
  double scale = 0;
  double exponent = 0;

  double at(double jets) const;
};

/// The one that is nearest in squares, each point in units of its sigma (where one is not known, of the error
/// itself); with two sizes, or where nothing above 0 is nearer, of floor 0. None where there are fewer than
/// two sizes.
std::optional<PowerLaw> fit_power_law(std::span<const SizedError> points);

/// What the law says of a size beyond the points, and the range of what it says where any one of them is left
/// out; with fewer than four points without range.
struct Extrapolated {
  double error = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};
Extrapolated extrapolate(std::span<const SizedError> points, double jets);

}  // namespace jetrain

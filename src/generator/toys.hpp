#pragma once

/// \file
/// The tutorial's small data sets, as functions of (seed, row) alone.

#include <cstdint>

namespace jetrain {

/// y = 3 x + 1 + noise, x uniform in [-1, 1), noise normal with deviation 0.1.
struct LinePoint {
  float x = 0;
  float y = 0;
};
LinePoint line_point(std::uint64_t seed, std::int64_t row);

/// Two classes in turns: normal with unit deviation around (-1, -1) (label 0) and (1, 1) (label 1).
struct GaussianPoint {
  float x[2] = {};
  std::uint8_t label = 0;
};
GaussianPoint gaussian_point(std::uint64_t seed, std::int64_t row);

}  // namespace jetrain

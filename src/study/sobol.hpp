#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace jetrain {

/// Points of a Sobol sequence in the unit cube: any 2^n consecutive ones from a multiple of 2^n on fill it
/// more evenly than random draws. Direction numbers: Joe and Kuo, SIAM J. Sci. Comput. 30 (2008) 2635, set
/// D(6). All points are moved by one random digital shift (Owen, J. Complexity 14 (1998) 466, section 2),
/// which keeps that property, and gives each seed points of its own.
class SobolPoint {
 public:
  static constexpr std::size_t kMostDimensions = 20;

  /// The point `index` (from 0).
  SobolPoint(std::uint64_t index, std::uint64_t seed) : index_(index), seed_(seed) {}

  /// The next coordinate, in the open interval (0, 1).
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// The next coordinate as a whole number in [0, bound).
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint32_t next_bits();

  std::uint64_t index_;
  std::uint64_t seed_;
  std::size_t dimension_ = 0;
};

/// Coordinate `dimension` of the point `index` of the sequence, not shifted, as 32 binary digits.
std::uint32_t sobol_bits(std::size_t dimension, std::uint64_t index);

}  // namespace jetrain

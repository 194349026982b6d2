#pragma once

/// \file
/// Sums of doubles that are exact, and so do not depend on the order of their addends, for numbers whose size
/// is not known beforehand: weights of jets, losses times weights, histograms of weights.

#include <array>
#include <cstdint>
#include <span>

namespace jetrain {

/// A fixed-point number from 2^-256 to 2^191, in words of 32 bits that lie in 64, so that 2^30 addends need
/// no carry (Kulisch's long accumulator; R. Neal, "Fast exact summation using small and large
/// superaccumulators", arXiv:1505.05571). Addends must be below 2^160, and below 2^-204 count as 0: a float32
/// times a loss in units of 2^-32 is 0 or between.
class ExactTotal {
 public:
  void add(double value) noexcept;
  /// All of another total's addends.
  void add(const ExactTotal& other) noexcept;
  /// The sum, rounded once, to nearest even.
  double value() const noexcept;

  /// Integers that may be added over ranks, element by element.
  std::span<std::int64_t> words() noexcept { return words_; }
  std::span<const std::int64_t> words() const noexcept { return words_; }

 private:
  static constexpr int kWordBits = 32;
  static constexpr int kLowest = -256;  ///< the exponent of the first word's lowest bit
  static constexpr std::size_t kWords = 14;

  std::array<std::int64_t, kWords> words_{};
};

}  // namespace jetrain

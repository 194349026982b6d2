#pragma once

/// \file
/// Rows of random numbers for the tests of the kernels of sets.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>

#include "core/aligned_buffer.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain::test {

/// Owns a matrix (rows, channels). Padding holds finite numbers that are not zero, as it may.
class RandomRows {
 public:
  RandomRows(std::int64_t rows, std::int64_t channels, std::mt19937& engine)
      : buffer_(static_cast<std::size_t>(rows * padded_channels(channels))),
        rows_{buffer_.data(), rows, channels} {
    std::normal_distribution<float> normal;
    for (float& value : buffer_.span()) value = normal(engine);
  }

  RandomRows copy() const {
    RandomRows other;
    other.buffer_ = AlignedBuffer<float>(buffer_.size());
    std::memcpy(other.buffer_.data(), buffer_.data(), buffer_.size() * sizeof(float));
    other.rows_ = {other.buffer_.data(), rows_.rows, rows_.channels};
    return other;
  }

  Rows rows() const noexcept { return rows_; }
  float* data() const noexcept { return rows_.data; }
  float& at(std::int64_t row, std::int64_t channel) const noexcept { return rows_.row(row)[channel]; }

 private:
  RandomRows() = default;

  AlignedBuffer<float> buffer_;
  Rows rows_;
};

/// How many of the first `channels` of each row differ in a bit; any NaN is like any other.
inline std::int64_t differing(ConstRows a, ConstRows b, std::int64_t channels) {
  std::int64_t count = 0;
  for (std::int64_t r = 0; r < a.rows; ++r) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const float x = a.row(r)[c];
      const float y = b.row(r)[c];
      count += std::memcmp(&x, &y, sizeof x) != 0 && (x == x || y == y) ? 1 : 0;
    }
  }
  return count;
}

/// Between the first `channels` of each row.
inline double largest_difference(ConstRows a, ConstRows b, std::int64_t channels) {
  double largest = 0;
  for (std::int64_t r = 0; r < a.rows; ++r) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const double difference = std::abs(static_cast<double>(a.row(r)[c]) - static_cast<double>(b.row(r)[c]));
      if (!(difference <= largest)) largest = difference;
    }
  }
  return largest;
}

}  // namespace jetrain::test

#pragma once

/// \file
/// Rows for the tests of sets, and their comparison.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "row_kernels/row_offsets.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain {

/// Where kernels of sets are compared with their references: around passes, and a full leaf.
inline constexpr std::array<std::int64_t, 7> kRowCounts{0, 1, 2, 255, 256, 257, 700};
inline constexpr std::array<std::int64_t, 8> kChannelCounts{1, 7, 16, 20, 32, 64, 100, 256};

/// Rows of numbers as tests write them down.
using Matrix = std::vector<std::vector<float>>;

/// A rows matrix that owns its memory. What stands in its padding is large, and must not show anywhere.
class RowMatrix {
 public:
  static constexpr float kPadding = 3e33F;

  RowMatrix(std::int64_t rows, std::int64_t channels)
      : memory_(static_cast<std::size_t>(rows * padded_channels(channels))),
        view_{memory_.data(), rows, channels} {
    for (float& value : memory_.span()) value = kPadding;
  }
  /// Normal numbers about `mean`.
  RowMatrix(std::int64_t rows, std::int64_t channels, unsigned seed, float mean = 0.0F)
      : RowMatrix(rows, channels) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(mean, 1.0F);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t k = 0; k < channels; ++k) at(r, k) = normal(engine);
    }
  }

  /// Normal numbers, padding as well: finite numbers that are not zero, as it may hold.
  RowMatrix(std::int64_t rows, std::int64_t channels, std::mt19937& engine) : RowMatrix(rows, channels) {
    std::normal_distribution<float> normal;
    for (float& value : memory_.span()) value = normal(engine);
  }
  RowMatrix(const Matrix& values, std::int64_t channels)
      : RowMatrix(static_cast<std::int64_t>(values.size()), channels) {
    for (std::int64_t r = 0; r < view_.rows; ++r) {
      const std::vector<float>& row = values[static_cast<std::size_t>(r)];
      std::copy(row.begin(), row.end(), view_.row(r));
    }
  }
  RowMatrix copy() const { return part(0, view_.rows); }
  /// Rows from `first` to before `last`, with their padding.
  RowMatrix part(std::int64_t first, std::int64_t last) const {
    RowMatrix taken(last - first, view_.channels);
    std::copy_n(view_.row(first), (last - first) * view_.stride(), taken.data());
    return taken;
  }

  operator Rows() const { return view_; }
  operator ConstRows() const { return view_; }
  Rows view() const { return view_; }
  float* data() const { return view_.data; }
  std::int64_t rows() const { return view_.rows; }
  std::int64_t channels() const { return view_.channels; }
  float& at(std::int64_t row, std::int64_t channel) { return view_.row(row)[channel]; }
  float at(std::int64_t row, std::int64_t channel) const { return view_.row(row)[channel]; }

 private:
  AlignedBuffer<float> memory_;
  Rows view_;
};

inline std::vector<float> normal_values(std::int64_t count, unsigned seed, float mean = 0.0F) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(mean, 1.0F);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(engine);
  return values;
}

inline bool same_bits(float a, float b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

/// Bit for bit in channels; padding of the kernel's result finite.
inline void expect_same(const RowMatrix& kernel, const RowMatrix& reference) {
  for (std::int64_t r = 0; r < kernel.rows(); ++r) {
    for (std::int64_t k = 0; k < kernel.channels(); ++k) {
      ASSERT_TRUE(same_bits(kernel.at(r, k), reference.at(r, k)))
          << "row " << r << ", channel " << k << ": " << kernel.at(r, k) << ", reference "
          << reference.at(r, k);
    }
    for (std::int64_t k = kernel.channels(); k < padded_channels(kernel.channels()); ++k) {
      ASSERT_TRUE(std::isfinite(kernel.at(r, k))) << "padding of row " << r;
    }
  }
}

inline void expect_same(const std::vector<float>& kernel, const std::vector<float>& reference) {
  ASSERT_EQ(kernel.size(), reference.size());
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    ASSERT_TRUE(same_bits(kernel[i], reference[i]))
        << i << ": " << kernel[i] << ", reference " << reference[i];
  }
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

inline void expect_near(const RowMatrix& rows, const std::vector<std::vector<double>>& expected,
                        double tolerance) {
  ASSERT_EQ(rows.rows(), static_cast<std::int64_t>(expected.size()));
  for (std::int64_t r = 0; r < rows.rows(); ++r) {
    for (std::int64_t k = 0; k < rows.channels(); ++k) {
      EXPECT_NEAR(rows.at(r, k), expected[static_cast<std::size_t>(r)].at(static_cast<std::size_t>(k)),
                  tolerance)
          << "row " << r << ", channel " << k;
    }
  }
}

/// Sixteen jets with these numbers of constituents, the last lanes empty.
inline RowOffsets offsets_of(const std::vector<std::int64_t>& counts) {
  RowOffsets offsets;
  for (std::size_t i = 0; i < kLanes; ++i) {
    offsets.begins[i + 1] = offsets.begins[i] + (i < counts.size() ? counts[i] : 0);
  }
  return offsets;
}

}  // namespace jetrain

#pragma once

#include <array>
#include <cstdint>

#include "core/leaf.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain {

/// Where the rows of a leaf's samples stand: those of sample i are begins[i] ... begins[i + 1] - 1, one
/// sample behind the other. Lanes without a sample, and jets without constituents, have none.
struct RowOffsets {
  std::array<std::int64_t, kLanes + 1> begins{};

  std::int64_t rows() const noexcept { return begins.back(); }
  std::int64_t begin(std::int64_t sample) const noexcept { return begins[static_cast<std::size_t>(sample)]; }
  std::int64_t count(std::int64_t sample) const noexcept { return begin(sample + 1) - begin(sample); }

  /// Pairs of two different rows of one sample, each once.
  std::int64_t pairs() const noexcept {
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < kLanes; ++i) sum += count(i) * (count(i) - 1) / 2;
    return sum;
  }
  /// Floats of a sample's matrix of rows and rows, each of its rows filled up to whole vectors.
  std::int64_t matrix_floats(std::int64_t sample) const noexcept {
    return count(sample) * padded_channels(count(sample));
  }
  /// Of all samples' matrices, one behind the other.
  std::int64_t matrices_floats() const noexcept {
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < kLanes; ++i) sum += matrix_floats(i);
    return sum;
  }
  /// Edges from each row to its `neighbours` nearest, or to all others where they are fewer.
  std::int64_t edges(std::int64_t neighbours) const noexcept {
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < kLanes; ++i) {
      const std::int64_t others = count(i) - 1;
      if (others > 0) sum += count(i) * (others < neighbours ? others : neighbours);
    }
    return sum;
  }
};

}  // namespace jetrain

#pragma once

#include <array>
#include <cstdint>

#include "core/leaf.hpp"

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

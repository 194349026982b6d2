#pragma once

/// \file
/// Who computes what in an epoch. Positions 0 ... samples-1 of the epoch's order are cut into global batches,
/// each batch into leaves of sixteen; ranks own contiguous runs of a batch's leaves. Only ownership depends
/// on the number of ranks, never the contents of a leaf.

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "core/checked_cast.hpp"
#include "core/leaf.hpp"

namespace jetrain {

/// A half-open range of positions in the epoch's order.
struct Positions {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t size() const noexcept { return last - first; }
};

struct BatchPlan {
  std::int64_t samples = 0;
  std::int64_t batch_size = 1;  ///< global
  int ranks = 1;

  std::int64_t batches() const noexcept { return ceil_divide(samples, batch_size); }
  Positions batch(std::int64_t b) const noexcept {
    return {b * batch_size, std::min(samples, (b + 1) * batch_size)};
  }
  std::int64_t leaves(std::int64_t b) const noexcept { return ceil_divide(batch(b).size(), kLanes); }
  /// The positions of batch `b` that `rank` computes: whole leaves (but for the batch's last), may be empty.
  Positions part(std::int64_t b, int rank) const noexcept {
    assert(b >= 0 && b < batches() && rank >= 0 && rank < ranks);
    const Positions all = batch(b);
    const auto border = [&](std::int64_t r) {
      return std::min(all.last, all.first + leaves(b) * r / ranks * kLanes);
    };
    return {border(rank), border(rank + 1)};
  }
  /// The rank that computes the sample at `position`.
  int owner(std::int64_t position) const noexcept {
    assert(position >= 0 && position < samples);
    const std::int64_t b = position / batch_size;
    const std::int64_t leaf = (position - b * batch_size) / kLanes;
    return static_cast<int>(((leaf + 1) * ranks - 1) / leaves(b));
  }
};

}  // namespace jetrain

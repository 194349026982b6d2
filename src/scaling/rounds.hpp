#pragma once

/// \file
/// How often the busiest worker takes a leaf.

#include <cmath>
#include <cstdint>

#include "batches/batch_plan.hpp"
#include "core/checked_cast.hpp"

namespace jetrain {

inline double log2_up(std::int64_t n) {
  return std::ceil(std::log2(static_cast<double>(n)) - 1e-9);
}

/// Of so many leaves at a time.
inline double rounds(std::int64_t leaves, std::int64_t ranks, int threads) {
  return static_cast<double>(ceil_divide(ceil_divide(leaves, ranks), std::int64_t{threads}));
}

/// In an epoch, whose last batch may be short.
inline double training_rounds(std::int64_t jets, std::int64_t batch_size, std::int64_t ranks, int threads) {
  const BatchPlan plan{jets, batch_size, 1};
  const std::int64_t last = plan.batches() - 1;
  return static_cast<double>(last) * rounds(plan.leaves(0), ranks, threads) +
         rounds(plan.leaves(last), ranks, threads);
}

}  // namespace jetrain

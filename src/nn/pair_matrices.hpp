#pragma once

/// \file
/// Where a sample's pairs stand in a leaf: as rows, each pair once, one sample behind the other, and as
/// matrices (PairsShape).

#include <utility>

#include "row_kernels/row_offsets.hpp"

namespace jetrain {

/// A sample that has rows.
struct SampleOfPairs {
  std::int64_t sample;
  std::int64_t n;           ///< its rows
  std::int64_t first_pair;  ///< of the leaf's
  std::int64_t pairs;
  std::int64_t matrix;  ///< where its matrix begins, were there one channel
};

/// Calls visit(SampleOfPairs) for the leaf's samples in order.
template <class Visit>
void for_each_sample_of_pairs(const RowOffsets& sets, const Visit& visit) {
  SampleOfPairs at{};
  for (; at.sample < kLanes; ++at.sample) {
    at.n = sets.count(at.sample);
    at.pairs = at.n * (at.n - 1) / 2;
    if (at.n > 0) visit(std::as_const(at));
    at.first_pair += at.pairs;
    at.matrix += sets.matrix_floats(at.sample);
  }
}

}  // namespace jetrain

#pragma once

/// \file
/// Walks over a leaf's planes, shared by the kernels that look at one value at a time.

#include "kernels/vector.hpp"

namespace jetrain::kernels {

/// Calls visit(channel, row, column, lane) for every vector of the planes.
template <class Visit>
void for_each_vector(ConstPlanes planes, Visit visit) {
  for (std::int64_t k = 0; k < planes.channels; ++k) {
    for (std::int64_t r = 0; r < planes.rows; ++r) {
      for (std::int64_t c = 0; c < planes.columns; ++c) {
        for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) visit(k, r, c, lane);
      }
    }
  }
}

}  // namespace jetrain::kernels

#pragma once

/// \file
/// The one loop behind a convolution's forward pass and its input gradient:
/// y[f](r,c) = bias[f] + sum over taps t of x(r,c, displaced by t) * weights[t][f]. With steps other than
/// kLanes, neighbouring columns of x and y stand that far apart: strided convolutions.

#include <cstdint>

#include "kernels/blocks.hpp"
#include "kernels/lanes.hpp"

namespace jetrain::kernels {

/// Filters that are computed together, at most.
inline constexpr int kFilterBlock = 4;

/// What happens to a sum before it is stored.
enum class Finish { plain, relu, mask };

struct Correlation {
  std::int64_t taps = 0;
  std::int64_t filters = 0;
  const std::int64_t* offsets = nullptr;  ///< (taps): from x(r,c) to the tap's input, in floats
  const float* weights = nullptr;         ///< packed by pack_filters
  const float* bias = nullptr;            ///< (filters), null for zero
  Finish finish = Finish::plain;
  ConstPlanes mask{};            ///< shaped as y, for Finish::mask: y = 0 where mask <= 0
  std::int64_t x_step = kLanes;  ///< floats from one column of x to the next
  std::int64_t y_step = kLanes;  ///< the same for y and mask
};

/// Reorders weights for correlate: block by block of filters, (taps, filters of the block). `weight(t, f)`
/// gives the weight of tap t, filter f; `packed` holds taps * filters floats.
template <class Weight>
void pack_filters(std::int64_t taps, std::int64_t filters, Weight weight, float* packed) {
  const EvenBlocks blocks(filters, kFilterBlock);
  for (std::int64_t block = 0; block < blocks.size(); ++block) {
    for (std::int64_t t = 0; t < taps; ++t) {
      for (std::int64_t f = blocks.begin(block); f < blocks.begin(block + 1); ++f) {
        *packed++ = weight(t, f);
      }
    }
  }
}

/// x(r,c) are the pixels of channel 0; offsets reach the other channels.
void correlate(const Correlation& correlation, ConstPlanes x, Planes y);

}  // namespace jetrain::kernels

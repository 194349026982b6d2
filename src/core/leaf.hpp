#pragma once

#include <cstdint>

namespace jetrain {

/// Samples in a leaf, the group that one thread computes start to end, and lanes in a vector of the
/// kernels. With 32, the notebook's training step takes 18 % longer (two
/// cores of a Zen 5): its activations leave the second-level cache.
inline constexpr std::int64_t kLanes = 16;

}  // namespace jetrain

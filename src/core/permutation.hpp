#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"

namespace jetrain {

/// A uniformly random order of 0 ... n-1 (Fisher and Yates), a function of the arguments alone. n < 2^32.
std::vector<std::uint32_t> random_permutation(std::int64_t n, std::uint64_t seed, Purpose purpose,
                                              std::uint32_t epoch, std::uint64_t index = 0);

}  // namespace jetrain

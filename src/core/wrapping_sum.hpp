#pragma once

#include <cstdint>

namespace jetrain {

/// a + b modulo 2^64. Exact sums wrap where a value was out of range; that it was is counted apart from them.
constexpr std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace jetrain

#include "batches/indexed_permutation.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "core/checked_cast.hpp"

namespace jetrain {
namespace {

/// Every bit of the result depends on every bit of `x` (the finalizer of MurmurHash3, public domain).
std::uint32_t mix(std::uint32_t x) noexcept {
  x ^= x >> 16;
  x *= 0x85EBCA6BU;
  x ^= x >> 13;
  x *= 0xC2B2AE35U;
  return x ^ (x >> 16);
}

}  // namespace

IndexedPermutation::IndexedPermutation(std::int64_t n, std::uint64_t seed, Purpose purpose,
                                       std::uint32_t epoch)
    : n_(checked_cast<std::uint32_t>(n)) {
  constexpr int kFewestBits = 8;  // a narrower network has too few different round functions
  const auto bits =
      static_cast<unsigned>(std::max(kFewestBits, static_cast<int>(std::bit_width(n_ - (n_ > 0)))));
  low_bits_ = bits / 2;
  low_mask_ = (1U << low_bits_) - 1;
  high_mask_ = (1U << (bits - low_bits_)) - 1;
  RandomStream stream(seed, purpose, epoch, 0);
  for (std::uint32_t& key : keys_) key = stream.next_bits();
}

std::uint32_t IndexedPermutation::at(std::uint32_t position) const noexcept {
  assert(position < n_);
  std::uint32_t value = position;
  do {
    std::uint32_t low = value & low_mask_;
    std::uint32_t high = value >> low_bits_;
    for (std::size_t round = 0; round < kRounds; round += 2) {
      high ^= mix(low ^ keys_[round]) & high_mask_;
      low ^= mix(high ^ keys_[round + 1]) & low_mask_;
    }
    value = (high << low_bits_) | low;
  } while (value >= n_);
  return value;
}

std::uint32_t IndexedPermutation::position_of(std::uint32_t value) const noexcept {
  assert(value < n_);
  std::uint32_t position = value;
  do {
    std::uint32_t low = position & low_mask_;
    std::uint32_t high = position >> low_bits_;
    for (std::size_t round = kRounds; round > 0; round -= 2) {
      low ^= mix(high ^ keys_[round - 1]) & low_mask_;
      high ^= mix(low ^ keys_[round - 2]) & high_mask_;
    }
    position = (high << low_bits_) | low;
  } while (position >= n_);
  return position;
}

}  // namespace jetrain

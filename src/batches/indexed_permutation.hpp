#pragma once

/// \file
/// A random permutation of 0 ... n-1 that is never written down: any entry, and any entry of its inverse, is
/// computed on its own in constant time. So a rank may look up the few entries that concern it, where
/// shuffling an array would cost every rank work and memory for all n.
///
/// A Feistel network over the next larger power of two, walked on until the result is below n (Black and
/// Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002; for shuffling: Mitchell et al.,
/// "Bandwidth-optimal random shuffling for GPUs", ACM TOPC 9 (2022) 3).

#include <array>
#include <cstdint>

#include "core/random.hpp"

namespace jetrain {

class IndexedPermutation {
 public:
  /// A function of the arguments alone. n < 2^32.
  IndexedPermutation(std::int64_t n, std::uint64_t seed, Purpose purpose, std::uint32_t epoch);

  std::uint32_t at(std::uint32_t position) const noexcept;
  /// The position at which `value` stands.
  std::uint32_t position_of(std::uint32_t value) const noexcept;

 private:
  static constexpr std::size_t kRounds = 12;
  std::uint32_t n_;
  unsigned low_bits_;
  std::uint32_t low_mask_;
  std::uint32_t high_mask_;
  std::array<std::uint32_t, kRounds> keys_{};
};

}  // namespace jetrain

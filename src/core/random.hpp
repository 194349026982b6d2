#pragma once

/// \file
/// Counter-based random numbers (Random123's Philox4x32-10; Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3", SC'11). A stream is a function of (seed, purpose, epoch, index) and of nothing else, so that
/// a jet's content, a weight's start and an epoch's order never depend on ranks or threads.

#include <array>
#include <cstdint>

namespace jetrain {

/// What a stream is for; streams of different purposes never overlap. Values are part of the bits: append
/// only.
enum class Purpose : std::uint32_t {
  initial_weights = 1,
  epoch_order = 2,
  split = 3,
  generate_jet = 4,
  generate_order = 5,
  dropout = 6,
  augmentation = 7,
  generate_toy = 8,
  study = 9,
  bootstrap = 10,
  set_dropout = 12,
  study_shift = 13,
};

/// A stream of random numbers. `index` is a global number (row, layer, sample), never a rank or thread.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t epoch, std::uint64_t index) noexcept;

  /// Goes on with the given block of four words of 32 bits; a stream begins with block 0.
  void go_to_block(std::uint32_t block) noexcept {
    counter_[0] = block;
    used_ = 4;
  }

  /// Uniform over all 2^32 values.
  std::uint32_t next_bits() noexcept;
  /// Uniform over all 2^64 values.
  std::uint64_t next_bits64() noexcept;
  /// Uniform in [0, bound), without bias (Lemire, "Fast random integer generation in an interval", 2019).
  std::uint64_t below(std::uint64_t bound) noexcept;
  /// Uniform in the open interval (0, 1), 32 bits of resolution.
  double uniform() noexcept;
  double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }
  /// Standard normal (Box-Muller).
  double normal() noexcept;

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

}  // namespace jetrain

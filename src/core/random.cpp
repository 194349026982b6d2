#include "core/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace jetrain {

// Key: the seed. Counter: (block number, purpose and epoch mixed, index low, index high). Epochs stay below
// 2^24 and purposes below 2^8, so the packing is exact.
RandomStream::RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t epoch,
                           std::uint64_t index) noexcept
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, (static_cast<std::uint32_t>(purpose) << 24) | (epoch & 0xFFFFFFU),
               static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32)} {}

std::uint32_t RandomStream::next_bits() noexcept {
  if (used_ == 4) {
    const philox4x32_ctr_t counter{{counter_[0], counter_[1], counter_[2], counter_[3]}};
    const philox4x32_key_t key{{key_[0], key_[1]}};
    const philox4x32_ctr_t block = philox4x32(counter, key);
    block_ = {block.v[0], block.v[1], block.v[2], block.v[3]};
    ++counter_[0];
    used_ = 0;
  }
  return block_[used_++];
}

std::uint64_t RandomStream::next_bits64() noexcept {
  const std::uint64_t high = next_bits();
  return (high << 32) | next_bits();
}

std::uint64_t RandomStream::below(std::uint64_t bound) noexcept {
  // __extension__: the 128-bit product is what makes the method cheap; GCC and Clang both have it.
  __extension__ using Wide = unsigned __int128;
  const std::uint64_t threshold = (0 - bound) % bound;
  while (true) {
    const Wide product = static_cast<Wide>(next_bits64()) * bound;
    if (static_cast<std::uint64_t>(product) >= threshold) return static_cast<std::uint64_t>(product >> 64);
  }
}

double RandomStream::uniform() noexcept {
  return (next_bits() + 0.5) * 0x1p-32;
}

double RandomStream::normal() noexcept {
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace jetrain

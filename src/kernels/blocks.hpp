#pragma once

/// \file
/// Register blocks have sizes known at compile time. Here a run-time count is cut into such blocks, and the
/// instantiation for a run-time size is found.

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace jetrain::kernels {

/// `count` things in as few blocks of at most `largest` as possible, all of about the same size: seven in
/// blocks of five are 3 + 4, because a block of two would leave the arithmetic units waiting for results.
class EvenBlocks {
 public:
  EvenBlocks(std::int64_t count, std::int64_t largest) noexcept
      : count_(count), blocks_((count + largest - 1) / largest) {}

  std::int64_t size() const noexcept { return blocks_; }
  std::int64_t begin(std::int64_t block) const noexcept { return count_ * block / blocks_; }
  std::int64_t length(std::int64_t block) const noexcept { return begin(block + 1) - begin(block); }

 private:
  std::int64_t count_;
  std::int64_t blocks_;
};

/// {Kernel::run<1>, ..., Kernel::run<N>}.
template <class Kernel, int... Index>
constexpr auto instantiations(std::integer_sequence<int, Index...>) {
  return std::array{&Kernel::template run<Index + 1>...};
}

template <class Kernel, int N>
constexpr auto instantiations() {
  return instantiations<Kernel>(std::make_integer_sequence<int, N>{});
}

/// Row a-1, column b-1: Kernel::run<a, b>.
template <class Kernel, int Columns, int... Index>
constexpr auto instantiations_2d(std::integer_sequence<int, Index...>) {
  return std::array{&Kernel::template run<Index / Columns + 1, Index % Columns + 1>...};
}

/// The run<a, b> for run-time a in 1..Rows and b in 1..Columns.
template <class Kernel, int Rows, int Columns>
auto instantiation(std::int64_t a, std::int64_t b) noexcept {
  static constexpr auto table =
      instantiations_2d<Kernel, Columns>(std::make_integer_sequence<int, Rows * Columns>{});
  return table[static_cast<std::size_t>((a - 1) * Columns + (b - 1))];
}

/// The run<a> for run-time a in 1..N.
template <class Kernel, int N>
auto instantiation(std::int64_t a) noexcept {
  static constexpr auto table = instantiations<Kernel, N>();
  return table[static_cast<std::size_t>(a - 1)];
}

}  // namespace jetrain::kernels

#pragma once

/// \file
/// What dropout takes away from sets (Srivastava et al., JMLR 15 (2014) 1929): each value is 0 with
/// probability `threshold` / 2^16, else it is multiplied by `scale`.
///
/// A jet's values in one use of one layer have a stream of their own (core/random.hpp), whose blocks of 128
/// random bits decide over eight values, by sixteen bits each, which are below the threshold where the value
/// is dropped: word w of the block decides by its low half over value 2w, by its high half over 2w + 1. So a
/// decision is a function of (seed, epoch, jet, layer, use, place) alone, and can be had in any order.
/// Forward keeps it for backward, a bit a value: to draw again takes longer than a product's share of the
/// step. Philox is computed for sixteen blocks side by side; integers have the same bits everywhere.

#include <cmath>
#include <cstdint>

#include "core/random.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

struct SetDropout {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
  std::uint64_t index = 0;      ///< of the stream: jet, layer and use (stream_index)
  std::uint32_t threshold = 0;  ///< of 2^16; 0: nothing is dropped
  float scale = 1.0F;

  /// Layers of a network stay below 4096, uses of dropout in a layer below 16, heads (or 0) below 256.
  static constexpr std::uint64_t stream_index(std::uint64_t position, std::uint64_t layer, std::uint64_t use,
                                              std::uint64_t head = 0) noexcept {
    return (((position << 12 | layer) << 4) | use) << 8 | head;
  }
  /// Sets threshold and scale: the rate to the nearest 2^-16, below 1.
  void set_rate(double rate) noexcept {
    const auto rounded = static_cast<std::uint32_t>(std::lround(rate * 0x1p16));
    threshold = rounded < 65535U ? rounded : 65535U;
    scale = static_cast<float>(0x1p16 / (0x1p16 - threshold));
  }
};

/// The words of sixteen blocks, block l = first + l step (mod 2^32): words[16 w + l] is its word w.
/// `words`: 64 of them, 64-byte aligned.
void random_words(const SetDropout& dropout, std::uint32_t first, std::uint32_t step, std::uint32_t* words);

/// Decisions over sixteen values; bit l: value l is kept.
using KeptBits = std::uint16_t;

/// y = x with dropout, of one jet: its rows and their padding are one sequence of values, of which those from
/// `first` on are at hand; `first` and `floats` are multiples of 16. Value v is decided over by block
/// 16 (v / 128) + v % 16, there by v / 16 % 8. y may be x. `kept`: (floats / 16), the decisions.
void dropout_rows(const SetDropout& dropout, std::int64_t first, std::int64_t floats, const float* x,
                  float* y, KeptBits* kept);
/// The same by the decisions, or the way back: dx = dy with dropout. y may be x.
void dropout_rows_again(float scale, std::int64_t floats, const float* x, const KeptBits* kept, float* y);

namespace reference {
void random_words(const SetDropout& dropout, std::uint32_t first, std::uint32_t step, std::uint32_t* words);
void dropout_rows(const SetDropout& dropout, std::int64_t first, std::int64_t floats, const float* x,
                  float* y, KeptBits* kept);
}  // namespace reference

}  // namespace jetrain::kernels

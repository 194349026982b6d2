#include "row_kernels/attention.hpp"

#include "kernels/scratch.hpp"
#include "row_kernels/attention_parts.hpp"
#include "row_kernels/lane_bits.hpp"

namespace jetrain::kernels {
namespace {

Vector larger(Vector a, Vector b) {
  return a > b ? a : b;
}

/// logits[j] = exp(logits[j] - max) of sixteen queries or a part of them, a vector; gives max and 1 / sum.
void exponentials(std::int64_t keys, float* logits, float* largest_logit, float* inverse) {
  // Four at a time, lest each comparison waits for the one before.
  Vector highest[4];
  for (std::int64_t j = 0; j < 4; ++j) highest[j] = load(logits + std::min(j, keys - 1) * kQueryBlock);
  for (std::int64_t j = 4; j < keys; ++j) {
    const Vector logit = load(logits + j * kQueryBlock);
    highest[j % 4] = larger(logit, highest[j % 4]);
  }
  const Vector largest = larger(larger(highest[0], highest[1]), larger(highest[2], highest[3]));
  Vector partial[16] = {};
  for (std::int64_t begin = 0; begin < keys; begin += 16) {
    const std::int64_t count = std::min<std::int64_t>(16, keys - begin);
    for (std::int64_t r = 0; r < count; ++r) {
      float* const at = logits + (begin + r) * kQueryBlock;
      const Vector value = exponential_below_zero(load(at) - largest);
      store(at, value);
      partial[r] += value;
    }
  }
  store(largest_logit, largest);
  store(inverse, 1.0F / folded(partial));
}

/// Takes away what is dropped, of sixteen queries from `first` on. `decisions`: those of the first key, the
/// next key's `stride` further on.
void drop(const SetDropout& head, std::int64_t first, std::int64_t keys, float* values, KeptBits* decisions,
          std::int64_t stride) {
  const IntVector threshold = static_cast<std::int32_t>(head.threshold) - IntVector{};
  alignas(64) std::uint32_t words[64];
  for (std::int64_t j = 0; j < keys; ++j) {
    if (j % 8 == 0) random_words(head, static_cast<std::uint32_t>(first << 16 | j / 8), 1U << 16, words);
    const std::uint32_t bits = halves_at_least(words, j % 8, threshold);
    decisions[j * stride] = static_cast<KeptBits>(bits);
    for (int lane = 0; lane < static_cast<int>(kLanes); lane += kVectorLanes) {
      float* const at = values + j * kQueryBlock + lane;
      store(at, where_set(bits >> lane, load(at)));
    }
  }
}

}  // namespace

void attention_forward(const Attention& a, float* kept, Heads y) {
  thread_local Scratch<float> scratch;
  const std::int64_t padded = a.padded_queries();
  const std::int64_t channels = padded_channels(a.size);
  float* const q = scratch.reserve(2 * padded * channels + (a.keys + channels) * kQueryBlock + padded);
  float* const transposed_q = q + padded * channels;
  float* const weights = transposed_q + padded * channels;  // (keys, kQueryBlock)
  float* const sums = weights + a.keys * kQueryBlock;       // (channels, kQueryBlock)
  float* const factors = sums + channels * kQueryBlock;
  const float by = attention_factor(a);
  for (std::int64_t h = 0; h < a.heads; ++h) {
    float* const largest = kept + h * 2 * padded;
    float* const inverse = largest + padded;
    SetDropout head = a.dropout == nullptr ? SetDropout{} : *a.dropout;
    head.index += static_cast<std::uint64_t>(h);
    copy_head(a.q, h, a.queries, a.size, &by, true, q);
    transpose_head(q, a.queries, a.size, transposed_q);
    for (std::int64_t first = 0; first < padded; first += kQueryBlock) {
      const std::int64_t width = std::min(kQueryBlock, padded - first);
      attention_logits(a, h, transposed_q, first, width, weights);
      for (std::int64_t lane = 0; lane < width; lane += kVectorLanes) {
        exponentials(a.keys, weights + lane, largest + first + lane, inverse + first + lane);
      }
      for (std::int64_t i = 0; i < width; ++i) factors[first + i] = inverse[first + i] * head.scale;
      if (head.threshold > 0) {
        for (std::int64_t i = 0; i < width; i += kLanes) {
          drop(head, first + i, a.keys, weights + i, a.decisions_of(h, first + i), padded / kLanes);
        }
      }
      small_product(a.size, width, {a.keys, kQueryBlock, 0, kQueryBlock},
                    {a.v.data + h * a.size, 1, a.v.stride}, weights, nullptr, sums);
      store_head(sums, first, std::min(width, a.queries - first), a.size, factors,
                 a.scale == nullptr ? 1.0F : a.scale[h], h, y);
    }
  }
}

}  // namespace jetrain::kernels

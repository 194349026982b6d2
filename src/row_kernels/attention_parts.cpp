#include "row_kernels/attention_parts.hpp"

#include <cmath>

namespace jetrain::kernels {

float attention_factor(const Attention& attention) noexcept {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(attention.size)));
}

void copy_head(ConstHeads from, std::int64_t head, std::int64_t n, std::int64_t size, const float* factors,
               bool one_factor, float* to) {
  const std::int64_t stride = padded_channels(size);
  for (std::int64_t i = 0; i < n; ++i) {
    const float* const row = from.data + i * from.stride + head * size;
    const float factor = factors[one_factor ? 0 : i];
    for (std::int64_t c = 0; c < size; ++c) to[i * stride + c] = row[c] * factor;
    for (std::int64_t c = size; c < stride; ++c) to[i * stride + c] = 0.0F;
  }
  std::fill(to + n * stride, to + padded_channels(n) * stride, 0.0F);
}

void transpose_head(const float* from, std::int64_t n, std::int64_t size, float* to) {
  const std::int64_t channels = padded_channels(size);
  const std::int64_t padded = padded_channels(n);
  for (std::int64_t i = 0; i < padded; i += kLanes) {
    for (std::int64_t c = 0; c < channels; c += kLanes) {
      transpose_square(from + i * channels + c, channels, to + c * padded + i, padded);
    }
  }
}

void store_head(const float* from, std::int64_t first, std::int64_t count, std::int64_t size,
                const float* factors, float factor, std::int64_t head, Heads to) {
  alignas(64) float square[kLanes * kLanes];
  for (std::int64_t i = 0; i < count; i += kLanes) {
    for (std::int64_t c = 0; c < size; c += kLanes) {
      transpose_square(from + c * kQueryBlock + i, kQueryBlock, square, kLanes);
      const std::int64_t channels = std::min(kLanes, size - c);
      for (std::int64_t r = 0; r < std::min(kLanes, count - i); ++r) {
        float* const row = to.data + (first + i + r) * to.stride + head * size + c;
        const float by = factors[first + i + r];
        for (std::int64_t k = 0; k < channels; ++k) row[k] = square[r * kLanes + k] * by * factor;
      }
    }
  }
}

void attention_logits(const Attention& attention, std::int64_t head, const float* transposed_q,
                      std::int64_t first, std::int64_t width, float* logits) {
  const std::int64_t padded = attention.padded_queries();
  const float* const bias =
      attention.bias == nullptr ? nullptr : attention.bias + head * attention.keys * padded + first;
  small_product(attention.keys, width, {attention.size, padded, padded, kQueryBlock},
                {attention.k.data + head * attention.size, attention.k.stride, 1}, transposed_q + first, bias,
                logits);
}

}  // namespace jetrain::kernels

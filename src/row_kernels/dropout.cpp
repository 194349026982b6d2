#include "row_kernels/dropout.hpp"

#include <algorithm>

#include "row_kernels/lane_bits.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace jetrain::kernels {
namespace {

/// Words of 32 bits, each in the low half of 64, so that a product has room; the high halves hold anything.
using WideWords = std::uint64_t __attribute__((vector_size(4 * kVectorLanes)));
constexpr int kWide = kVectorLanes / 2;

/// The products of the low halves.
inline WideWords product_of_words(WideWords a, std::uint32_t b) noexcept {
  const WideWords other = std::uint64_t{b} - WideWords{};
#if defined(__AVX512F__)
  return (WideWords)_mm512_maskz_mul_epu32(0xFF, (__m512i)a, (__m512i)other);
#elif defined(__AVX2__)
  return (WideWords)_mm256_mul_epu32((__m256i)a, (__m256i)other);
#elif defined(__x86_64__) && !defined(__AVX__)
  return (WideWords)_mm_mul_epu32((__m128i)a, (__m128i)other);
#else
  return (a & 0xFFFFFFFFU) * other;
#endif
}

/// Philox4x32-10 (Salmon et al., SC'11) of kWide counters that differ in their first word.
struct Blocks {
  WideWords words[4];

  inline void compute(const std::uint64_t (&keys)[10][2]) noexcept {
    for (const auto& key : keys) {
      const WideWords a = product_of_words(words[0], 0xD2511F53U);
      const WideWords b = product_of_words(words[2], 0xCD9E8D57U);
      words[0] = (b >> 32) ^ words[1] ^ (key[0] - WideWords{});
      words[1] = b;
      words[2] = (a >> 32) ^ words[3] ^ (key[1] - WideWords{});
      words[3] = a;
    }
  }
};

/// 0, 2, 4, ...
inline WideWords every_other() noexcept {
  WideWords numbers{};
  for (int i = 0; i < kWide; ++i) numbers[i] = 2 * static_cast<std::uint64_t>(i);
  return numbers;
}

/// Of sixteen values.
inline void keep(std::uint32_t bits, float scale, const float* x, float* y) noexcept {
  for (int lane = 0; lane < static_cast<int>(kLanes); lane += kVectorLanes) {
    store(y + lane, where_set(bits >> lane, load(x + lane) * scale));
  }
}

}  // namespace

void random_words(const SetDropout& dropout, std::uint32_t first, std::uint32_t step, std::uint32_t* words) {
  std::uint64_t keys[10][2];
  for (std::uint32_t round = 0; round < 10; ++round) {
    keys[round][0] = static_cast<std::uint32_t>(dropout.seed) + round * 0x9E3779B9U;
    keys[round][1] = static_cast<std::uint32_t>(dropout.seed >> 32) + round * 0xBB67AE85U;
  }
  const std::uint64_t others[3] = {
      static_cast<std::uint32_t>(Purpose::set_dropout) << 24 | (dropout.epoch & 0xFFFFFFU),
      dropout.index & 0xFFFFFFFFU, dropout.index >> 32};
  for (int lane = 0; lane < static_cast<int>(kLanes); lane += kVectorLanes) {
    Blocks even;
    Blocks odd;
    even.words[0] = first + (every_other() + static_cast<std::uint64_t>(lane)) * step;
    odd.words[0] = even.words[0] + step;
    for (int w = 1; w < 4; ++w) even.words[w] = odd.words[w] = others[w - 1] - WideWords{};
    even.compute(keys);
    odd.compute(keys);
    for (int w = 0; w < 4; ++w) {
      const WideWords both = (even.words[w] & 0xFFFFFFFFU) | (odd.words[w] << 32);
      std::memcpy(words + 16 * w + lane, &both, sizeof(both));
    }
  }
}

void dropout_rows(const SetDropout& dropout, std::int64_t first, std::int64_t floats, const float* x,
                  float* y, KeptBits* kept) {
  const IntVector threshold = static_cast<std::int32_t>(dropout.threshold) - IntVector{};
  const std::int64_t end = first + floats;
  alignas(64) std::uint32_t words[64];
  for (std::int64_t begin = first / 128 * 128; begin < end; begin += 128) {
    random_words(dropout, static_cast<std::uint32_t>(begin / 8), 1, words);
    for (std::int64_t v = std::max(first, begin); v < std::min(end, begin + 128); v += kLanes) {
      const std::uint32_t bits = halves_at_least(words, v / kLanes % 8, threshold);
      kept[(v - first) / kLanes] = static_cast<KeptBits>(bits);
      keep(bits, dropout.scale, x + v - first, y + v - first);
    }
  }
}

void dropout_rows_again(float scale, std::int64_t floats, const float* x, const KeptBits* kept, float* y) {
  for (std::int64_t v = 0; v < floats; v += kLanes) keep(kept[v / kLanes], scale, x + v, y + v);
}

namespace reference {

void random_words(const SetDropout& dropout, std::uint32_t first, std::uint32_t step, std::uint32_t* words) {
  RandomStream stream(dropout.seed, Purpose::set_dropout, dropout.epoch, dropout.index);
  for (std::uint32_t l = 0; l < 16; ++l) {
    stream.go_to_block(first + l * step);
    for (std::uint32_t w = 0; w < 4; ++w) words[16 * w + l] = stream.next_bits();
  }
}

void dropout_rows(const SetDropout& dropout, std::int64_t first, std::int64_t floats, const float* x,
                  float* y, KeptBits* kept) {
  RandomStream stream(dropout.seed, Purpose::set_dropout, dropout.epoch, dropout.index);
  for (std::int64_t v = first; v < first + floats; ++v) {
    stream.go_to_block(static_cast<std::uint32_t>(16 * (v / 128) + v % 16));
    const std::int64_t slot = v / 16 % 8;
    std::uint32_t word = stream.next_bits();
    for (std::int64_t w = 0; w < slot / 2; ++w) word = stream.next_bits();
    const std::uint32_t bits = slot % 2 == 0 ? word & 0xFFFFU : word >> 16;
    const bool is_kept = bits >= dropout.threshold;
    y[v - first] = is_kept ? x[v - first] * dropout.scale : 0.0F;
    KeptBits& bits_of_sixteen = kept[(v - first) / 16];
    if (v % 16 == 0) bits_of_sixteen = 0;
    bits_of_sixteen = static_cast<KeptBits>(bits_of_sixteen | (is_kept ? 1U : 0U) << v % 16);
  }
}

}  // namespace reference

}  // namespace jetrain::kernels

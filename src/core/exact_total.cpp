#include "core/exact_total.hpp"

#include <bit>
#include <cassert>
#include <cmath>

namespace jetrain {
namespace {

constexpr std::uint64_t kLowHalf = 0xffffffff;

}  // namespace

void ExactTotal::add(double value) noexcept {
  constexpr int kFraction = 52;
  constexpr int kBias = 1023;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<int>((bits >> kFraction) & 0x7ff);
  const int place = exponent - kBias - kFraction - kLowest;
  if (place < 0) return;
  assert(static_cast<std::size_t>(place / kWordBits) + 2 < kWords);
  const std::uint64_t mantissa =
      (bits & ((std::uint64_t{1} << kFraction) - 1)) | (std::uint64_t{1} << kFraction);
  const auto word = static_cast<std::size_t>(place / kWordBits);
  const int shift = place % kWordBits;
  const std::uint64_t low = (mantissa & kLowHalf) << shift;     // below 2^63
  const std::uint64_t high = (mantissa >> kWordBits) << shift;  // below 2^52
  const std::int64_t sign = value < 0 ? -1 : 1;
  words_[word] += sign * static_cast<std::int64_t>(low & kLowHalf);
  words_[word + 1] += sign * static_cast<std::int64_t>((low >> kWordBits) + (high & kLowHalf));
  words_[word + 2] += sign * static_cast<std::int64_t>(high >> kWordBits);
}

void ExactTotal::add(const ExactTotal& other) noexcept {
  for (std::size_t i = 0; i < kWords; ++i) words_[i] += other.words_[i];
}

double ExactTotal::value() const noexcept {
  // Carried, so that all words but the last are from 0 to 2^32 - 1; the last has the sign.
  std::array<std::int64_t, kWords> words = words_;
  const auto carry = [&] {
    for (std::size_t i = 0; i + 1 < kWords; ++i) {
      words[i + 1] += words[i] >> kWordBits;
      words[i] &= static_cast<std::int64_t>(kLowHalf);
    }
  };
  carry();
  const bool negative = words.back() < 0;
  if (negative) {
    for (std::int64_t& word : words) word = -word;
    carry();
  }
  std::size_t top = kWords - 1;
  while (top > 0 && words[top] == 0) --top;
  const auto word = [&](std::size_t below) {
    return below <= top ? static_cast<std::uint64_t>(words[top - below]) : 0;
  };
  if (word(0) == 0) return 0;
  // The leading 64 bits, and in the last of them whether anything stands behind.
  const int shift = std::countl_zero(word(0)) - kWordBits;
  assert(shift >= 0);
  std::uint64_t leading = ((word(0) << kWordBits) | word(1)) << shift;
  leading |= (word(2) << shift) >> kWordBits;
  bool behind = ((word(2) << shift) & kLowHalf) != 0;
  for (std::size_t i = 3; i <= top; ++i) behind = behind || word(i) != 0;
  if (behind) leading |= 1;
  const int exponent = kLowest + kWordBits * (static_cast<int>(top) - 1) - shift;
  const double magnitude = std::ldexp(static_cast<double>(leading), exponent);
  return negative ? -magnitude : magnitude;
}

}  // namespace jetrain

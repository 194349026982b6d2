#pragma once

/// \file
/// One number as it stands in somebody's file: what kind, how wide, in which order of bytes.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace jetrain {

/// truth: false where the byte is 0; bool of h5py, PyTables and NumPy.
enum class NumberKind : std::uint8_t { real, integer, natural, truth };

struct NumberFormat {
  NumberKind kind = NumberKind::real;
  std::uint8_t bytes = 4;  ///< 1 (not real), 2, 4 or 8
  bool swapped = false;    ///< the other order of bytes than this machine's
  bool operator==(const NumberFormat&) const = default;
};

/// "float32", "int64", "uint8", "bool", with ", big-endian" where it is not this machine's order.
std::string describe(const NumberFormat& format);

namespace number_bits {

template <class Bits>
Bits load(const std::byte* at, bool swapped) {
  Bits bits;
  std::memcpy(&bits, at, sizeof bits);
  if (!swapped) return bits;
  if constexpr (sizeof bits == 8) return __builtin_bswap64(bits);
  if constexpr (sizeof bits == 4) return __builtin_bswap32(bits);
  if constexpr (sizeof bits == 2) return __builtin_bswap16(bits);
  return bits;
}

/// IEEE 754's binary16: a sign, five bits of exponent, ten of fraction.
inline float from_half(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000U} << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000U | fraction << 13);
  if (exponent > 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float small = static_cast<float>(fraction) * 0x1p-24F;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(small) | sign);
}

}  // namespace number_bits

/// The number at `at`, which need not be aligned. Integers beyond 2^53 are rounded.
inline double number_at(const std::byte* at, NumberFormat format) {
  using number_bits::load;
  switch (format.kind) {
    case NumberKind::real:
      if (format.bytes == 4) return std::bit_cast<float>(load<std::uint32_t>(at, format.swapped));
      if (format.bytes == 8) return std::bit_cast<double>(load<std::uint64_t>(at, format.swapped));
      return number_bits::from_half(load<std::uint16_t>(at, format.swapped));
    case NumberKind::integer:
      if (format.bytes == 8)
        return static_cast<double>(static_cast<std::int64_t>(load<std::uint64_t>(at, format.swapped)));
      if (format.bytes == 4) return static_cast<std::int32_t>(load<std::uint32_t>(at, format.swapped));
      if (format.bytes == 2) return static_cast<std::int16_t>(load<std::uint16_t>(at, format.swapped));
      return static_cast<std::int8_t>(load<std::uint8_t>(at, false));
    case NumberKind::natural:
      if (format.bytes == 8) return static_cast<double>(load<std::uint64_t>(at, format.swapped));
      if (format.bytes == 4) return load<std::uint32_t>(at, format.swapped);
      if (format.bytes == 2) return load<std::uint16_t>(at, format.swapped);
      return load<std::uint8_t>(at, false);
    case NumberKind::truth:
      return load<std::uint8_t>(at, false) != 0 ? 1 : 0;
  }
  return 0;
}

/// Whether there are no fractions: integer_at() gives each value exactly.
constexpr bool is_whole(NumberFormat format) {
  return format.kind != NumberKind::real;
}

/// The same of a format that is_whole(). Naturals from 2^63 on become the largest integer.
inline std::int64_t integer_at(const std::byte* at, NumberFormat format) {
  if (format.bytes < 8) return static_cast<std::int64_t>(number_at(at, format));
  const auto bits = number_bits::load<std::uint64_t>(at, format.swapped);
  if (format.kind == NumberKind::natural && bits > INT64_MAX) return INT64_MAX;
  return static_cast<std::int64_t>(bits);
}

}  // namespace jetrain

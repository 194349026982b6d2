#include "study/sobol.hpp"

#include <stdexcept>

#include "core/random.hpp"

namespace jetrain {
namespace {

constexpr std::size_t kBits = 32;

/// A primitive polynomial of `degree` over two elements, its inner coefficients as the digits of
/// `coefficients`, and the first `degree` direction numbers m.
struct Dimension {
  unsigned degree;
  unsigned coefficients;
  std::array<std::uint32_t, 7> first;
};

/// Of the second dimension and those behind it.
constexpr std::array<Dimension, SobolPoint::kMostDimensions - 1> kDimensions{{
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
}};

/// v_i = m_i 2^(32 - i), with m_i = 2 a_1 m_(i-1) ^ 4 a_2 m_(i-2) ^ ... ^ 2^s m_(i-s) ^ m_(i-s)  (Joe and
/// Kuo, eq. 2).
std::array<std::uint32_t, kBits> directions_of(std::size_t dimension) {
  std::array<std::uint32_t, kBits> v{};
  if (dimension == 0) {
    for (std::size_t i = 0; i < kBits; ++i) v[i] = std::uint32_t{1} << (kBits - 1 - i);
    return v;
  }
  const Dimension& d = kDimensions.at(dimension - 1);
  const std::size_t degree = d.degree;
  for (std::size_t i = 0; i < kBits; ++i) {
    if (i < degree) {
      v[i] = d.first[i] << (kBits - 1 - i);
      continue;
    }
    v[i] = v[i - degree] ^ (v[i - degree] >> degree);
    for (std::size_t k = 1; k < degree; ++k) {
      if (((d.coefficients >> (degree - 1 - k)) & 1U) != 0) v[i] ^= v[i - k];
    }
  }
  return v;
}

}  // namespace

std::uint32_t sobol_bits(std::size_t dimension, std::uint64_t index) {
  const std::array<std::uint32_t, kBits> directions = directions_of(dimension);
  const std::uint64_t gray = index ^ (index >> 1);  // one digit changes from point to point
  if (gray >> kBits != 0) throw std::logic_error("a Sobol sequence of 32 digits has 2^32 points");
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < kBits; ++i) {
    if (((gray >> i) & 1U) != 0) bits ^= directions[i];
  }
  return bits;
}

std::uint32_t SobolPoint::next_bits() {
  const std::size_t dimension = dimension_++;
  RandomStream shift(seed_, Purpose::study_shift, 0, dimension);
  return sobol_bits(dimension, index_) ^ shift.next_bits();
}

double SobolPoint::uniform() {
  return (static_cast<double>(next_bits()) + 0.5) * 0x1p-32;
}

std::uint64_t SobolPoint::below(std::uint64_t bound) {
  const std::uint64_t bits = next_bits();
  return (bound >> 32) * bits + (((bound & 0xFFFFFFFFU) * bits) >> 32);  // bound * bits / 2^32
}

}  // namespace jetrain

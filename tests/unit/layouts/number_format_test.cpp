#include "layouts/number_format.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "layouts/place.hpp"

namespace jetrain {
namespace {

template <class T>
std::array<std::byte, sizeof(T) + 1> bytes_of(T value, bool swapped) {
  std::array<std::byte, sizeof(T) + 1> bytes{};  // one before: the number is not aligned
  std::memcpy(bytes.data() + 1, &value, sizeof value);
  if (swapped) std::reverse(bytes.begin() + 1, bytes.end());
  return bytes;
}

template <class T>
void expect_read(T value, NumberKind kind) {
  for (const bool swapped : {false, true}) {
    const auto bytes = bytes_of(value, swapped);
    const NumberFormat format{kind, sizeof(T), swapped};
    EXPECT_EQ(number_at(bytes.data() + 1, format), static_cast<double>(value)) << describe(format);
    const auto whole = static_cast<std::int64_t>(is_whole(format) ? value : 0);
    EXPECT_EQ(is_whole(format) ? integer_at(bytes.data() + 1, format) : 0, whole);
  }
}

TEST(NumberFormat, ReadsEachWidthInEitherOrder) {
  expect_read(-1.5F, NumberKind::real);
  expect_read(1e300, NumberKind::real);
  expect_read<std::int8_t>(-100, NumberKind::integer);
  expect_read<std::int16_t>(-30000, NumberKind::integer);
  expect_read<std::int32_t>(-2000000000, NumberKind::integer);
  expect_read<std::int64_t>(-(std::int64_t{1} << 62), NumberKind::integer);
  expect_read<std::uint8_t>(200, NumberKind::natural);
  expect_read<std::uint16_t>(60000, NumberKind::natural);
  expect_read<std::uint32_t>(4000000000U, NumberKind::natural);
  expect_read<std::uint64_t>(std::uint64_t{1} << 62, NumberKind::natural);
}

TEST(NumberFormat, KeepsLargeIntegersExact) {
  const std::int64_t large = (std::int64_t{1} << 62) + 1;
  EXPECT_EQ(integer_at(reinterpret_cast<const std::byte*>(&large), {NumberKind::integer, 8, false}), large);
  const std::uint64_t larger = ~std::uint64_t{0};
  EXPECT_EQ(integer_at(reinterpret_cast<const std::byte*>(&larger), {NumberKind::natural, 8, false}),
            INT64_MAX);
}

TEST(NumberFormat, ReadsHalfPrecision) {
  const auto half = [](std::uint16_t bits) {
    return number_at(reinterpret_cast<const std::byte*>(&bits), {NumberKind::real, 2, false});
  };
  EXPECT_EQ(half(0x3C00), 1);
  EXPECT_EQ(half(0xC000), -2);
  EXPECT_EQ(half(0x7BFF), 65504);
  EXPECT_EQ(half(0x0001), std::ldexp(1, -24));
  EXPECT_EQ(half(0x83FF), -std::ldexp(1023, -24));
  EXPECT_TRUE(std::signbit(half(0x8000)));
  EXPECT_EQ(half(0x7C00), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(half(0x7E01)));
}

TEST(NumberFormat, TakesEachByteButZeroForTrue) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<std::byte>(byte);
    EXPECT_EQ(number_at(&value, {NumberKind::truth, 1, false}), byte == 0 ? 0 : 1);
  }
}

TEST(PlaceRun, GathersPlacesAtEqualDistances) {
  const NumberFormat real{NumberKind::real, 4, false};
  const std::vector<NumberPlace> places{{0, 8, real}, {0, 24, real}, {0, 40, real},
                                        {1, 0, real}, {0, 44, real}, {0, 40, real}};
  const std::vector<PlaceRun> runs = runs_of(places);
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].stride, 16);
  EXPECT_EQ(runs[0].count, 3U);
  EXPECT_EQ(runs[1].array, 1U);
  EXPECT_EQ(runs[2].stride, -4);

  const std::array<float, 12> row{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  std::array<double, 9> to{};
  read_run(reinterpret_cast<const std::byte*>(row.data()), runs[0], to.data() + 1, 3);
  EXPECT_EQ(to, (std::array<double, 9>{0, 2, 0, 0, 6, 0, 0, 10, 0}));
}

}  // namespace
}  // namespace jetrain

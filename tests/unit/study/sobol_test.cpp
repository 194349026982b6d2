#include "study/sobol.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace jetrain {
namespace {

/// The first 24 digits of points that torch.quasirandom.SobolEngine(20) draws (PyTorch 1.13).
TEST(Sobol, IsTheSequenceThatPyTorchDraws) {
  const std::vector<std::uint64_t> indices = {1, 2, 3, 7, 100, 1023, 1999};
  const std::vector<std::pair<std::size_t, std::vector<std::uint32_t>>> drawn = {
      {0, {8388608, 12582912, 4194304, 2097152, 6946816, 16384, 1318912}},
      {1, {8388608, 4194304, 12582912, 10485760, 4325376, 12632064, 10264576}},
      {2, {8388608, 4194304, 12582912, 6291456, 12976128, 10272768, 2252800}},
      {5, {8388608, 12582912, 4194304, 6291456, 12451840, 7356416, 12345344}},
      {9, {8388608, 12582912, 4194304, 14680064, 11665408, 14270464, 5644288}},
      {13, {8388608, 4194304, 12582912, 6291456, 14286848, 11157504, 11067392}},
      {19, {8388608, 4194304, 12582912, 14680064, 5636096, 5357568, 8740864}}};
  for (const auto& [dimension, digits] : drawn) {
    for (std::size_t i = 0; i < indices.size(); ++i)
      EXPECT_EQ(sobol_bits(dimension, indices[i]) >> 8, digits[i]) << dimension << ", " << indices[i];
  }
}

/// Each of 64 equal parts of every axis has one of the first 64 points, whatever the shift.
TEST(Sobol, FillsEachAxisEvenly) {
  for (const std::uint64_t seed : {1U, 2U}) {
    for (std::size_t dimension = 0; dimension < SobolPoint::kMostDimensions; ++dimension) {
      std::set<std::uint64_t> parts;
      for (std::uint64_t index = 0; index < 64; ++index) {
        SobolPoint point(index, seed);
        for (std::size_t d = 0; d < dimension; ++d) point.uniform();
        parts.insert(point.below(64));
      }
      EXPECT_EQ(parts.size(), 64U) << dimension;
    }
  }
}

TEST(Sobol, GivesEachSeedPointsOfItsOwn) {
  SobolPoint a(5, 1), same(5, 1), other(5, 2);
  const double x = a.uniform();
  EXPECT_EQ(x, same.uniform());
  EXPECT_NE(x, other.uniform());
  EXPECT_GT(x, 0);
  EXPECT_LT(x, 1);
  EXPECT_LT(SobolPoint(7, 3).below(std::uint64_t{1} << 63), std::uint64_t{1} << 63);
}

}  // namespace
}  // namespace jetrain

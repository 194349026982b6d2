#include "row_kernels/pair_features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "kernels/double_math.hpp"

namespace jetrain::kernels {
namespace {

struct Jet {
  explicit Jet(std::int64_t n)
      : momenta(static_cast<std::size_t>(n * kLanes)),
        pairs(static_cast<std::size_t>(n * (n - 1) / 2 * kLanes)),
        from{momenta.data(), n, 4},
        to{pairs.data(), n * (n - 1) / 2, kPairFeatures} {
    for (float& value : pairs.span()) value = 7.0F;
  }
  AlignedBuffer<float> momenta, pairs;
  Rows from, to;
};

void randomize(Jet& jet) {
  std::mt19937 engine(5);
  std::normal_distribution<float> normal;
  for (std::int64_t i = 0; i < jet.from.rows; ++i) {
    float* const p = jet.from.row(i);
    for (int k = 1; k < 4; ++k) p[k] = std::exp(2.0F * normal(engine)) * normal(engine);
    p[0] = std::sqrt(p[1] * p[1] + p[2] * p[2] + p[3] * p[3]) * (1.0F + 0.01F * std::abs(normal(engine)));
  }
}

TEST(PairFeatures, AreThoseOfNumpy) {
  std::ifstream file(TEST_DATA_DIR "/golden_pairs.json");  // make_golden_pairs.py
  const nlohmann::json golden = nlohmann::json::parse(file);
  const auto momenta = golden["momenta"].get<std::vector<std::vector<float>>>();
  const auto pairs = golden["pairs"].get<std::vector<std::vector<double>>>();
  Jet jet(static_cast<std::int64_t>(momenta.size()));
  for (std::size_t i = 0; i < momenta.size(); ++i) {
    std::copy(momenta[i].begin(), momenta[i].end(), jet.from.row(static_cast<std::int64_t>(i)));
  }
  pair_features(jet.from, jet.to);
  ASSERT_EQ(static_cast<std::int64_t>(pairs.size()), jet.to.rows);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (std::size_t k = 0; k < kPairFeatures; ++k) {
      const double expected = pairs[i][k];
      EXPECT_NEAR(jet.to.row(static_cast<std::int64_t>(i))[k], expected,
                  1e-7 * std::max(1.0, std::abs(expected)))
          << i << " " << k;
    }
  }
}

TEST(PairFeatures, HaveTheBitsOfTheReference) {
  for (const std::int64_t n : {0, 1, 2, 3, 17, 50, 200}) {
    Jet jet(n);
    randomize(jet);
    Jet expected(n);
    pair_features(jet.from, jet.to);
    reference::pair_features(jet.from, expected.to);
    for (std::size_t i = 0; i < jet.pairs.size(); ++i) ASSERT_EQ(jet.pairs[i], expected.pairs[i]) << i;
  }
}

TEST(PairFeatures, AreFiniteWhateverTheMomenta) {
  Jet jet(5);
  const float momenta[][4] = {
      {0, 0, 0, 0}, {0, 0, 0, 0}, {1e-30F, 0, 0, 1e-30F}, {1e15F, 1e15F, 0, 0}, {1, 0, 0, -1}};
  for (std::int64_t i = 0; i < 5; ++i) std::copy_n(momenta[i], 4, jet.from.row(i));
  pair_features(jet.from, jet.to);
  for (const float value : jet.pairs.span()) EXPECT_TRUE(std::isfinite(value));
}

TEST(DoubleMath, LogarithmIsTheLibrarys) {
  for (double x = 1e-300; x < 1e300; x *= 1.37) {
    const double expected = std::log(x);
    EXPECT_NEAR(double_logarithm(x), expected, 4e-16 * (1 + std::abs(expected))) << x;
  }
  for (double x = 0.5; x < 2; x += 0.00123) EXPECT_NEAR(double_logarithm(x), std::log(x), 5e-16) << x;
  EXPECT_EQ(double_logarithm(1.0), 0.0);
}

}  // namespace
}  // namespace jetrain::kernels

#include "kernels/vector_math.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace jetrain::kernels {
namespace {

template <class Function>
float value(Function f, float x) {
  return f(broadcast(x))[0];
}

/// Normal numbers of both signs and all sizes, a whole vector a time.
std::vector<float> sample() {
  std::vector<float> numbers;
  for (std::uint64_t bits = 0; bits < (1ULL << 32); bits += 99'991) {
    const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isnormal(x)) numbers.push_back(x);
  }
  return numbers;
}

/// A checksum (FNV-1a) of the function's bits.
template <class Function>
std::uint64_t bits_of(Function f) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const float x : sample()) {
    sum = (sum ^ std::bit_cast<std::uint32_t>(value(f, x))) * 0x100000001b3;
  }
  return sum;
}

TEST(VectorMath, LogarithmsAreGoodToTheLastDigits) {
  for (const float x : sample()) {
    if (x < 0) continue;
    const double exact = std::log(static_cast<double>(x));
    EXPECT_NEAR(value(logarithm, x), exact, 1e-7 * std::abs(exact)) << x;
  }
  // Beside 1, where the result is small.
  for (std::int32_t step = -2000; step <= 2000; ++step) {
    const auto x = std::bit_cast<float>(0x3f800000 + 97 * step);
    const double exact = std::log(static_cast<double>(x));
    EXPECT_NEAR(value(logarithm, x), exact, 1e-7 * std::abs(exact)) << x;
  }
}

TEST(VectorMath, LogarithmsOfWhatHasNone) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(value(logarithm, 0.0F), -infinity);
  EXPECT_EQ(value(logarithm, -0.0F), -infinity);
  EXPECT_EQ(value(logarithm, 1e-40F), -infinity);
  EXPECT_EQ(value(logarithm, infinity), infinity);
  EXPECT_TRUE(std::isnan(value(logarithm, -1.0F)));
  EXPECT_TRUE(std::isnan(value(logarithm, -infinity)));
  EXPECT_TRUE(std::isnan(value(logarithm, std::nanf(""))));
}

TEST(VectorMath, ExponentialsAndWhatIsMadeOfThem) {
  for (float x = -87.0F; x < 87.0F; x += 0.0371F) {
    const double exact = std::exp(static_cast<double>(x));
    EXPECT_NEAR(value(exponential, x), exact, 3e-7 * exact) << x;
    EXPECT_NEAR(value(sigmoid, x), 1.0 / (1.0 + 1.0 / exact), 3e-7) << x;
    EXPECT_NEAR(value(hyperbolic_tangent, x), std::tanh(static_cast<double>(x)), 3e-7) << x;
    EXPECT_NEAR(value(normal_share, x), 0.5 * std::erfc(-x / std::sqrt(2.0)), 2e-7) << x;
  }
  EXPECT_TRUE(std::isnan(value(exponential, std::nanf(""))));
}

#if defined(__FMA__)
// As they were when the contraction was the compiler's: trained weights depend on them.
TEST(VectorMath, BitsStay) {
  EXPECT_EQ(bits_of(exponential), 8044870537559462671U);
  EXPECT_EQ(bits_of(sigmoid), 8616781927407547870U);
  EXPECT_EQ(bits_of(hyperbolic_tangent), 12845311509029718519U);
  EXPECT_EQ(bits_of(normal_share), 3888322014993262933U);
  EXPECT_EQ(bits_of(normal_density), 2687776135038929561U);
  EXPECT_EQ(bits_of(logarithm), 3666085997903111884U);
}
#endif

}  // namespace
}  // namespace jetrain::kernels

#include "jets/elementary.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"

namespace jetrain {
namespace {

constexpr double kFewUlp = 1e-15;

/// `draws` numbers from low to high, evenly by their logarithm.
template <class Check>
void for_numbers(double low, double high, const Check& check) {
  RandomStream stream(1, Purpose::generate_jet, 0, 0);
  for (int i = 0; i < 20000; ++i) check(low * std::pow(high / low, stream.uniform()));
}

TEST(Elementary, LogarithmIsThatOfTheLibrary) {
  for_numbers(1e-300, 1e300,
              [](double x) { ASSERT_NEAR(logarithm(x), std::log(x), kFewUlp * std::abs(std::log(x))) << x; });
  for_numbers(0.5, 2.0, [](double x) { ASSERT_NEAR(logarithm(x), std::log(x), 2e-16) << x; });
  EXPECT_EQ(logarithm(1.0), 0.0);
}

TEST(Elementary, ExponentialIsThatOfTheLibrary) {
  for_numbers(1e-9, 700, [](double x) {
    ASSERT_NEAR(exponential(x) / std::exp(x), 1.0, kFewUlp) << x;
    ASSERT_NEAR(exponential(-x) / std::exp(-x), 1.0, kFewUlp) << -x;
  });
  EXPECT_EQ(exponential(0.0), 1.0);
}

TEST(Elementary, SineAndCosineAreThoseOfTheLibrary) {
  for_numbers(1e-9, 1000, [](double magnitude) {
    for (const double x : {magnitude, -magnitude}) {
      const auto [sine, cosine] = sine_cosine(x);
      ASSERT_NEAR(sine, std::sin(x), 1e-15) << x;
      ASSERT_NEAR(cosine, std::cos(x), 1e-15) << x;
    }
  });
  EXPECT_EQ(sine_cosine(0.0).sine, 0.0);
  EXPECT_EQ(sine_cosine(0.0).cosine, 1.0);
}

}  // namespace
}  // namespace jetrain

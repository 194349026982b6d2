#include "core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace jetrain {
namespace {

TEST(RandomStream, IsAFunctionOfItsKeyAlone) {
  RandomStream a(7, Purpose::epoch_order, 3, 11);
  RandomStream b(7, Purpose::epoch_order, 3, 11);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next_bits(), b.next_bits());
}

TEST(RandomStream, DiffersWhereAnyPartOfTheKeyDiffers) {
  const auto first = [](RandomStream stream) { return stream.next_bits64(); };
  const auto reference = first(RandomStream(7, Purpose::epoch_order, 3, 11));
  EXPECT_NE(reference, first(RandomStream(8, Purpose::epoch_order, 3, 11)));
  EXPECT_NE(reference, first(RandomStream(7, Purpose::split, 3, 11)));
  EXPECT_NE(reference, first(RandomStream(7, Purpose::epoch_order, 4, 11)));
  EXPECT_NE(reference, first(RandomStream(7, Purpose::epoch_order, 3, 12)));
}

TEST(RandomStream, UniformStaysInsideTheOpenInterval) {
  RandomStream stream(1, Purpose::initial_weights, 0, 0);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const double u = stream.uniform();
    ASSERT_GT(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 0.005);
}

TEST(RandomStream, NormalHasUnitVariance) {
  RandomStream stream(1, Purpose::initial_weights, 0, 1);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double x = stream.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / 100000, 0.0, 0.02);
  EXPECT_NEAR(squares / 100000, 1.0, 0.02);
}

TEST(RandomStream, BelowCoversItsRangeEvenly) {
  RandomStream stream(1, Purpose::split, 0, 0);
  int counts[7] = {};
  for (int i = 0; i < 70000; ++i) ++counts[stream.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
}

}  // namespace
}  // namespace jetrain

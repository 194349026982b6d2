#include "kernels/pool2d.hpp"

#include <gtest/gtest.h>

#include "leaf.hpp"

namespace jetrain::kernels {
namespace {

using test::Leaf;

/// Few different values, so that windows hold ties and zeros.
Leaf with_ties(std::int64_t channels, std::int64_t rows, std::int64_t columns, std::mt19937& engine) {
  Leaf leaf(channels, rows, columns, {1, 2, 1, 2});
  std::uniform_int_distribution<int> small(-2, 2);
  leaf.for_each([&](float& value) { value = static_cast<float>(small(engine)); });
  return leaf;
}

TEST(MaxPool2d, EqualsReference) {
  std::mt19937 engine(4);
  for (const std::int64_t size : {1, 2, 3, 4}) {
    for (const std::int64_t rows : {4, 5, 8, 11}) {
      for (const std::int64_t columns : {4, 7, 12}) {
        const Leaf x = with_ties(3, rows, columns, engine);
        Leaf y(3, rows / size, columns / size, {0, 1, 0, 1});
        Leaf expected_y(3, rows / size, columns / size);
        max_pool2d_forward({size, size}, x.planes(), y.planes());
        reference::max_pool2d_forward({size, size}, x.planes(), expected_y.planes());
        EXPECT_EQ(y.values(), expected_y.values());
        const Leaf dy = std::move(Leaf(3, rows / size, columns / size).randomize(engine));
        for (const bool relu : {false, true}) {
          Leaf dx = std::move(Leaf(3, rows, columns, {1, 1, 1, 1}).fill_all(7.0F));
          Leaf expected_dx(3, rows, columns);
          max_pool2d_backward({size, size}, x.planes(), y.planes(), dy.planes(), relu, dx.planes());
          reference::max_pool2d_backward({size, size}, x.planes(), y.planes(), dy.planes(), relu,
                                         expected_dx.planes());
          EXPECT_EQ(dx.values(), expected_dx.values());
          EXPECT_EQ(dx.halo_values_other_than(7.0F), 0);
        }
      }
    }
  }
}

/// Overlapping windows, gaps between windows, and windows that reach outside.
TEST(Pool2d, WithStridesAndPaddingEqualsReference) {
  std::mt19937 engine(5);
  for (const Pool2dShape& shape :
       {Pool2dShape{3, 2, 0, 0}, {3, 2, 1, 1}, {2, 1, 0, 0}, {3, 1, 1, 1}, {2, 3, 0, 0}}) {
    const std::int64_t rows =
        shape.pad_top > 0 ? (9 + shape.stride - 1) / shape.stride : (9 - shape.size) / shape.stride + 1;
    const std::int64_t columns =
        shape.pad_left > 0 ? (7 + shape.stride - 1) / shape.stride : (7 - shape.size) / shape.stride + 1;
    const Leaf x = with_ties(2, 9, 7, engine);
    const Leaf dy = std::move(Leaf(2, rows, columns).randomize(engine));
    Leaf y(2, rows, columns), expected_y(2, rows, columns), dx(2, 9, 7), expected_dx(2, 9, 7);
    max_pool2d_forward(shape, x.planes(), y.planes());
    reference::max_pool2d_forward(shape, x.planes(), expected_y.planes());
    EXPECT_EQ(y.values(), expected_y.values());
    for (const bool relu : {false, true}) {
      max_pool2d_backward(shape, x.planes(), y.planes(), dy.planes(), relu, dx.planes());
      reference::max_pool2d_backward(shape, x.planes(), y.planes(), dy.planes(), relu, expected_dx.planes());
      EXPECT_LT(test::largest_difference(dx.values(), expected_dx.values()), 1e-6);
    }
    avg_pool2d_forward(shape, x.planes(), y.planes());
    reference::avg_pool2d_forward(shape, x.planes(), expected_y.planes());
    EXPECT_LT(test::largest_difference(y.values(), expected_y.values()), 1e-6);
    avg_pool2d_backward(shape, dy.planes(), dx.planes());
    reference::avg_pool2d_backward(shape, dy.planes(), expected_dx.planes());
    EXPECT_LT(test::largest_difference(dx.values(), expected_dx.values()), 1e-6);
  }
}

TEST(MaxPool2dReference, GradientGoesToTheFirstMaximum) {
  Leaf x(1, 2, 2);
  Leaf y(1, 1, 1);
  Leaf dy(1, 1, 1);
  Leaf dx(1, 2, 2);
  x.planes().at(0, 0, 0)[5] = -1;
  x.planes().at(0, 0, 1)[5] = 3;
  x.planes().at(0, 1, 0)[5] = 3;
  dy.planes().at(0, 0, 0)[5] = 2;
  reference::max_pool2d_forward({2, 2}, x.planes(), y.planes());
  EXPECT_EQ(y.planes().at(0, 0, 0)[5], 3);
  reference::max_pool2d_backward({2, 2}, x.planes(), y.planes(), dy.planes(), true, dx.planes());
  EXPECT_EQ(dx.planes().at(0, 0, 1)[5], 2);
  EXPECT_EQ(dx.planes().at(0, 1, 0)[5], 0);
}

TEST(MaxPool2d, DoesNotHideANan) {
  for (int at = 0; at < 4; ++at) {
    Leaf x(1, 2, 2);
    Leaf y(1, 1, 1);
    x.planes().at(0, at / 2, at % 2)[9] = std::numeric_limits<float>::quiet_NaN();
    max_pool2d_forward({2, 2}, x.planes(), y.planes());
    EXPECT_TRUE(std::isnan(y.planes().at(0, 0, 0)[9]));
  }
}

}  // namespace
}  // namespace jetrain::kernels

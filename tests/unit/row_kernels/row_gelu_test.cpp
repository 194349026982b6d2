#include "row_kernels/row_gelu.hpp"

#include <cmath>

#include "row_kernels/row_sums.hpp"
#include "row_matrix.hpp"

namespace jetrain::kernels {
namespace {

/// The line of a batch norm of random rows, with its memory.
struct Line {
  explicit Line(const RowMatrix& x)
      : memory(static_cast<std::size_t>(row_line_floats(x.channels()))),
        mean(static_cast<std::size_t>(x.channels())),
        variance(mean) {
    row_statistics(x, mean.data(), variance.data());
    const std::vector<float> gamma = normal_values(x.channels(), 3, 1.0F);
    const std::vector<float> beta = normal_values(x.channels(), 4);
    line =
        row_line(x.channels(), mean.data(), variance.data(), 1e-5F, gamma.data(), beta.data(), memory.data());
  }
  AlignedBuffer<float> memory;
  std::vector<float> mean, variance;
  RowLine line;
};

AlignedBuffer<float> zeros(std::int64_t channels) {
  return AlignedBuffer<float>(static_cast<std::size_t>(padded_channels(channels)));
}

void expect_channels(const AlignedBuffer<float>& a, const AlignedBuffer<float>& b, std::int64_t channels) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(channels); ++k)
    ASSERT_TRUE(same_bits(a[k], b[k])) << k;
}

TEST(RowGelu, OfALineHasTheBitsOfTheReference) {
  for (const std::int64_t channels : kChannelCounts) {
    for (const std::int64_t rows : kRowCounts) {
      const RowMatrix x(rows, channels, 1, 0.5F), dy(rows, channels, 2);
      const Line line(x);
      RowMatrix y(rows, channels), expected(rows, channels), g(rows, channels), expected_g(rows, channels);
      row_line_gelu_forward(x, line.line, y);
      reference::row_line_gelu_forward(x, line.line, expected);
      expect_same(y, expected);

      AlignedBuffer<float> dgamma = zeros(channels), dbeta = zeros(channels);
      AlignedBuffer<float> expected_dgamma = zeros(channels), expected_dbeta = zeros(channels);
      RowMatrix again(rows, channels);
      row_line_gelu_backward(x, dy, line.line, again, g, dgamma.data(), dbeta.data());
      reference::row_line_gelu_backward(x, dy, line.line, {}, expected_g, expected_dgamma.data(),
                                        expected_dbeta.data());
      expect_same(again, y);
      expect_same(g, expected_g);
      expect_channels(dgamma, expected_dgamma, channels);
      expect_channels(dbeta, expected_dbeta, channels);
    }
  }
}

TEST(RowGelu, InBlocksOfWholePassesAndInPlaceIsTheSame) {
  const std::int64_t rows = 5 * kPassRows + 3;
  const RowMatrix x(rows, 20, 1), dy(rows, 20, 2);
  const Line line(x);
  RowMatrix y(rows, 20), g(rows, 20), in_place(rows, 20, 2);
  AlignedBuffer<float> dgamma = zeros(20), dbeta = zeros(20), dgamma2 = zeros(20), dbeta2 = zeros(20);
  row_line_gelu_backward(x, dy, line.line, y, g, dgamma.data(), dbeta.data());
  for (std::int64_t r = 0; r < rows; r += 2 * kPassRows) {
    const std::int64_t count = std::min(2 * kPassRows, rows - r);
    const Rows block{in_place.view().row(r), count, 20};
    row_line_gelu_backward({x.view().row(r), count, 20}, block, line.line, {}, block, dgamma2.data(),
                           dbeta2.data());
  }
  expect_same(in_place, g);
  expect_channels(dgamma, dgamma2, 20);
  expect_channels(dbeta, dbeta2, 20);
}

TEST(RowGelu, IsTheFunctionAndItsSlope) {
  const std::int64_t rows = 100, channels = 48;
  RowMatrix x(rows, channels);
  for (std::int64_t i = 0; i < rows * channels; ++i)
    x.view().data[i] = -12.0F + 0.005F * static_cast<float>(i);
  RowMatrix y(rows, channels), dx(rows, channels), dy(rows, channels), expected(rows, channels);
  row_gelu_forward(x, y);
  reference::row_gelu_forward(x, expected);
  expect_same(y, expected);
  for (std::int64_t i = 0; i < rows * channels; ++i) dy.view().data[i] = 2.0F;
  row_gelu_backward(x, dy, dx);
  reference::row_gelu_backward(x, dy, expected);
  expect_same(dx, expected);
  const auto gelu = [](double u) { return u * std::erfc(-u / std::sqrt(2.0)) / 2; };
  for (std::int64_t i = 0; i < rows * channels; ++i) {
    const double at = x.view().data[i];
    ASSERT_NEAR(y.view().data[i], gelu(at), 1e-6 * std::max(1.0, std::abs(at)));
    ASSERT_NEAR(dx.view().data[i], 2 * (gelu(at + 1e-6) - gelu(at - 1e-6)) / 2e-6, 4e-6) << at;
  }
}

TEST(RowGelu, DoesNotHideANan) {
  RowMatrix x(1, 16, 1), y(1, 16), dx(1, 16);
  x.at(0, 3) = std::numeric_limits<float>::quiet_NaN();
  row_gelu_forward(x, y);
  row_gelu_backward(x, y, dx);
  EXPECT_TRUE(std::isnan(y.at(0, 3)) && std::isnan(dx.at(0, 3)));
  EXPECT_FALSE(std::isnan(y.at(0, 4)) || std::isnan(dx.at(0, 4)));
}

}  // namespace
}  // namespace jetrain::kernels

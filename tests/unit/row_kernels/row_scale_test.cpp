#include "row_kernels/row_scale.hpp"

#include "row_matrix.hpp"

namespace jetrain::kernels {
namespace {

AlignedBuffer<float> padded(const std::vector<float>& values) {
  AlignedBuffer<float> buffer(
      static_cast<std::size_t>(padded_channels(static_cast<std::int64_t>(values.size()))));
  std::copy(values.begin(), values.end(), buffer.data());
  return buffer;
}

TEST(RowScale, HasTheBitsOfTheReference) {
  for (const std::int64_t channels : kChannelCounts) {
    for (const std::int64_t rows : kRowCounts) {
      const RowMatrix x(rows, channels, 1), z(rows, channels, 2), dy(rows, channels, 3);
      const AlignedBuffer<float> scale = padded(normal_values(channels, 4));
      RowMatrix y(rows, channels), expected(rows, channels);
      row_scale_forward(x, scale.data(), z, y);
      reference::row_scale_forward(x, scale.data(), z, expected);
      expect_same(y, expected);

      AlignedBuffer<float> dscale = padded(normal_values(channels, 5));
      AlignedBuffer<float> expected_dscale = padded(normal_values(channels, 5));
      RowMatrix dx(rows, channels);
      row_scale_backward(x, scale.data(), dy, dx, dscale.data());
      reference::row_scale_backward(x, scale.data(), dy, expected, expected_dscale.data());
      expect_same(dx, expected);
      for (std::size_t k = 0; k < static_cast<std::size_t>(channels); ++k) {
        ASSERT_TRUE(same_bits(dscale[k], expected_dscale[k])) << k;
      }
    }
  }
}

TEST(RowScale, IsAResidualWithAShareOfEachChannel) {
  RowMatrix x(2, 2), z(2, 2), y(2, 2), dx(2, 2), dy(2, 2);
  for (std::int64_t r = 0; r < 2; ++r) {
    for (std::int64_t k = 0; k < 2; ++k) {
      x.at(r, k) = static_cast<float>(1 + r + 2 * k);
      z.at(r, k) = 10;
      dy.at(r, k) = static_cast<float>(r + 1);
    }
  }
  const AlignedBuffer<float> scale = padded({2, -1});
  AlignedBuffer<float> dscale = padded({0, 0});
  row_scale_forward(x, scale.data(), z, y);
  row_scale_backward(x, scale.data(), dy, dx, dscale.data());
  EXPECT_EQ(y.at(0, 0), 12);
  EXPECT_EQ(y.at(1, 0), 14);
  EXPECT_EQ(y.at(0, 1), 7);
  EXPECT_EQ(dx.at(1, 0), 4);
  EXPECT_EQ(dx.at(1, 1), -2);
  EXPECT_EQ(dscale[0], 1 * 1 + 2 * 2);
  EXPECT_EQ(dscale[1], 1 * 3 + 2 * 4);
}

}  // namespace
}  // namespace jetrain::kernels

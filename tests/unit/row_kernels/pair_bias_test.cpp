#include "row_kernels/pair_bias.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/aligned_buffer.hpp"

namespace jetrain::kernels {
namespace {

class PairBias : public testing::TestWithParam<std::tuple<std::int64_t, std::int64_t>> {
 protected:
  AlignedBuffer<float> random_floats(std::int64_t floats) {
    AlignedBuffer<float> buffer(static_cast<std::size_t>(floats));
    for (float& value : buffer.span()) value = std::uniform_real_distribution<float>(-1, 1)(engine_);
    return buffer;
  }
  static void expect_equal(const AlignedBuffer<float>& a, const AlignedBuffer<float>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a[i], b[i]) << i;
  }

  std::int64_t n_ = std::get<0>(GetParam());
  std::int64_t heads_ = std::get<1>(GetParam());
  std::int64_t rows_ = n_ * (n_ - 1) / 2;
  std::mt19937 engine_{3};
};

TEST_P(PairBias, GoesToMatricesAsTheReferenceSays) {
  AlignedBuffer<float> pairs = random_floats(rows_ * padded_channels(heads_));
  AlignedBuffer<float> fast = random_floats(heads_ * n_ * padded_channels(n_));
  AlignedBuffer<float> expected = random_floats(heads_ * n_ * padded_channels(n_));
  pairs_to_matrices({pairs.data(), rows_, heads_}, n_, fast.data());
  reference::pairs_to_matrices({pairs.data(), rows_, heads_}, n_, expected.data());
  expect_equal(fast, expected);
}

TEST_P(PairBias, ComesBackAsTheReferenceSays) {
  AlignedBuffer<float> matrices = random_floats(heads_ * n_ * padded_channels(n_));
  AlignedBuffer<float> fast = random_floats(rows_ * padded_channels(heads_));
  AlignedBuffer<float> expected = random_floats(rows_ * padded_channels(heads_));
  matrices_to_pairs(matrices.data(), n_, {fast.data(), rows_, heads_});
  reference::matrices_to_pairs(matrices.data(), n_, {expected.data(), rows_, heads_});
  expect_equal(fast, expected);
}

TEST_P(PairBias, ThereAndBackIsTwice) {
  const AlignedBuffer<float> pairs = random_floats(rows_ * padded_channels(heads_));
  AlignedBuffer<float> matrices = random_floats(heads_ * n_ * padded_channels(n_));
  AlignedBuffer<float> back = random_floats(rows_ * padded_channels(heads_));
  pairs_to_matrices({pairs.data(), rows_, heads_}, n_, matrices.data());
  matrices_to_pairs(matrices.data(), n_, {back.data(), rows_, heads_});
  for (std::int64_t r = 0; r < rows_; ++r) {
    for (std::int64_t h = 0; h < heads_; ++h) {
      const auto at = static_cast<std::size_t>(r * padded_channels(heads_) + h);
      ASSERT_EQ(back[at], 2 * pairs[at]) << r << " " << h;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, PairBias,
                         testing::Combine(testing::Values<std::int64_t>(1, 2, 15, 16, 17, 49, 200),
                                          testing::Values<std::int64_t>(1, 4, 8, 16, 18)));

}  // namespace
}  // namespace jetrain::kernels

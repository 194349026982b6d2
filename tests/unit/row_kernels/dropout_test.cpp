#include "row_kernels/dropout.hpp"

#include <gtest/gtest.h>

#include "core/aligned_buffer.hpp"

namespace jetrain::kernels {
namespace {

SetDropout some_dropout() {
  SetDropout dropout{.seed = 0xFEDCBA9876543210ULL, .epoch = 17};
  dropout.index = SetDropout::stream_index(1'200'000, 40, 3);
  dropout.set_rate(0.1);
  return dropout;
}

TEST(SetDropout, WordsAreThoseOfTheStream) {
  const SetDropout dropout = some_dropout();
  alignas(64) std::uint32_t words[64];
  alignas(64) std::uint32_t expected[64];
  for (const auto& [first, step] :
       {std::pair{0U, 1U}, std::pair{77U, 1U << 16}, std::pair{0xFFFFFFF0U, 3U}}) {
    random_words(dropout, first, step, words);
    reference::random_words(dropout, first, step, expected);
    for (int i = 0; i < 64; ++i) EXPECT_EQ(words[i], expected[i]) << i;
  }
}

TEST(SetDropout, OfRowsHasTheBitsOfTheReferenceAndItsShare) {
  const SetDropout dropout = some_dropout();
  for (const std::int64_t floats : {16, 112, 128, 144, 49 * 128}) {
    AlignedBuffer<float> x(static_cast<std::size_t>(floats));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i + 1);
    AlignedBuffer<float> y(x.size());
    AlignedBuffer<float> expected(x.size());
    // In two pieces, the second of which begins amid a block.
    const std::int64_t half = floats / 2 / kLanes * kLanes;
    std::vector<KeptBits> kept(x.size() / kLanes);
    std::vector<KeptBits> expected_kept(kept);
    dropout_rows(dropout, 0, half, x.data(), y.data(), kept.data());
    dropout_rows(dropout, half, floats - half, x.data() + half, y.data() + half, kept.data() + half / kLanes);
    reference::dropout_rows(dropout, 0, floats, x.data(), expected.data(), expected_kept.data());
    EXPECT_EQ(kept, expected_kept);
    AlignedBuffer<float> again(x.size());
    dropout_rows_again(dropout.scale, floats, x.data(), kept.data(), again.data());
    EXPECT_TRUE(std::equal(y.data(), y.data() + floats, again.data()));
    double dropped = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(y[i], expected[i]);
      EXPECT_TRUE(y[i] == 0.0F || y[i] == x[i] * dropout.scale);
      dropped += y[i] == 0.0F ? 1 : 0;
    }
    const auto n = static_cast<double>(floats);
    EXPECT_NEAR(dropped, 0.1 * n, 5 * std::sqrt(0.09 * n) + 1);
  }
}

TEST(SetDropout, KeepsAllAtRateZeroAndTheMeanAtOthers) {
  SetDropout dropout;
  dropout.set_rate(0);
  EXPECT_EQ(dropout.threshold, 0U);
  EXPECT_EQ(dropout.scale, 1.0F);
  dropout.set_rate(0.5);
  EXPECT_EQ(dropout.threshold, 32768U);
  EXPECT_EQ(dropout.scale, 2.0F);
  dropout.set_rate(0.999999);
  EXPECT_EQ(dropout.threshold, 65535U);
}

}  // namespace
}  // namespace jetrain::kernels

#include "samples/dense.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace jetrain {
namespace {

using testing::ElementsAre;

TEST(Dense, HasZerosWhereThereIsNoEntry) {
  const std::vector<std::uint16_t> positions{0, 3};
  const std::vector<float> values{0.5F, -2.0F};
  std::vector<float> dense(5, 7.0F);  // of another sample before
  to_dense({positions, values}, dense);
  EXPECT_THAT(dense, ElementsAre(0.5F, 0.0F, 0.0F, -2.0F, 0.0F));
}

TEST(Dense, BecomesADraftsInputWithoutItsZeros) {
  SampleDraft draft;
  ASSERT_TRUE(put_dense(std::vector<float>{1.0F, 2.0F, 3.0F}, draft));
  ASSERT_TRUE(put_dense(std::vector<float>{0.0F, 4.0F, -0.0F, 5.0F}, draft));
  EXPECT_THAT(draft.input().positions, ElementsAre(1, 3));
  EXPECT_THAT(draft.input().values, ElementsAre(4.0F, 5.0F));
}

TEST(Dense, IsRefusedWhereAValueIsNotFinite) {
  SampleDraft draft;
  EXPECT_FALSE(put_dense(std::vector<float>{1.0F, std::numeric_limits<float>::quiet_NaN()}, draft));
  EXPECT_FALSE(put_dense(std::vector<float>{-std::numeric_limits<float>::infinity(), 1.0F}, draft));
}

}  // namespace
}  // namespace jetrain

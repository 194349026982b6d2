#include "batches/batch_plan.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace jetrain {
namespace {

struct Case {
  std::int64_t samples;
  std::int64_t batch_size;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const std::int64_t samples : {1, 2, 15, 16, 17, 100, 1000}) {
    for (const std::int64_t batch_size : {1, 3, 16, 17, 50, 256, 5000}) all.push_back({samples, batch_size});
  }
  return all;
}

TEST(BatchPlan, CoversEveryPositionOnceInOrder) {
  for (const auto& [samples, batch_size] : cases()) {
    for (const int ranks : {1, 2, 3, 7, 16, 100}) {
      const BatchPlan plan{samples, batch_size, ranks};
      std::int64_t next = 0;
      for (std::int64_t b = 0; b < plan.batches(); ++b) {
        ASSERT_EQ(plan.batch(b).first, next);
        ASSERT_LE(plan.batch(b).size(), batch_size);
        for (int rank = 0; rank < ranks; ++rank) {
          const Positions part = plan.part(b, rank);
          ASSERT_EQ(part.first, next) << samples << " " << batch_size << " " << ranks;
          ASSERT_GE(part.size(), 0);
          for (std::int64_t p = part.first; p < part.last; ++p) ASSERT_EQ(plan.owner(p), rank);
          next = part.last;
        }
        ASSERT_EQ(next, plan.batch(b).last);
      }
      ASSERT_EQ(next, samples);
    }
  }
}

TEST(BatchPlan, OnlyTheLastBatchIsShort) {
  for (const auto& [samples, batch_size] : cases()) {
    const BatchPlan plan{samples, batch_size, 1};
    for (std::int64_t b = 0; b + 1 < plan.batches(); ++b) ASSERT_EQ(plan.batch(b).size(), batch_size);
    ASSERT_GE(plan.batch(plan.batches() - 1).size(), 1);
  }
}

// What makes the bits independent of ranks: a leaf's samples are the same whoever computes it.
TEST(BatchPlan, NeverCutsALeaf) {
  for (const auto& [samples, batch_size] : cases()) {
    for (const int ranks : {2, 3, 7}) {
      const BatchPlan plan{samples, batch_size, ranks};
      for (std::int64_t b = 0; b < plan.batches(); ++b) {
        for (int rank = 0; rank < ranks; ++rank) {
          const Positions part = plan.part(b, rank);
          if (part.size() == 0) continue;
          ASSERT_EQ((part.first - plan.batch(b).first) % kLanes, 0);
          ASSERT_TRUE(part.size() % kLanes == 0 || part.last == plan.batch(b).last);
        }
      }
    }
  }
}

TEST(BatchPlan, SharesLeavesEvenly) {
  const BatchPlan plan{4096, 4096, 3};
  for (int rank = 0; rank < 3; ++rank) {
    EXPECT_NEAR(static_cast<double>(plan.part(0, rank).size()), 4096.0 / 3, kLanes);
  }
}

}  // namespace
}  // namespace jetrain

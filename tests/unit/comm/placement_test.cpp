#include "comm/placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "comm/threads.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// `cores`: physical ones under the processors; `share`: processors of its own.
Placement place(std::vector<int> cpus, int cores, int threads, double share) {
  return {"node", std::move(cpus), cores, threads, share, 1};
}

TEST(NumberRanges, AreTheKernelsLists) {
  EXPECT_EQ(number_ranges({}), "");
  EXPECT_EQ(number_ranges({3}), "3");
  EXPECT_EQ(number_ranges({0, 1, 2, 3, 8, 10, 11}), "0-3,8,10-11");
}

TEST(PlacementWarnings, KeepSilentWhereEachThreadHasACore) {
  EXPECT_THAT(placement_warnings({place({0, 1}, 2, 2, 2), place({2, 3}, 2, 2, 2)}), IsEmpty());
  EXPECT_THAT(placement_warnings({place({0, 1}, 2, 1, 1), place({0, 1}, 2, 1, 1)}), IsEmpty());
}

TEST(PlacementWarnings, TellOfThreadsBoundToOneCore) {
  EXPECT_THAT(placement_warnings({place({0}, 1, 4, 1), place({1}, 1, 4, 1)}),
              ElementsAre(testing::AllOf(HasSubstr("ranks 0-1"),
                                         HasSubstr("bound to one core, which 4 threads share"),
                                         HasSubstr("slot:PE=4"))));
}

TEST(PlacementWarnings, TellOfRanksThatShareCores) {
  EXPECT_THAT(placement_warnings({place({0, 1}, 2, 2, 1), place({0, 1}, 2, 2, 1), place({2, 3}, 2, 2, 2)}),
              ElementsAre(testing::AllOf(HasSubstr("ranks 0-1"),
                                         HasSubstr("2 threads for 1 core, since ranks share them"))));
}

TEST(PlacementWarnings, TellOfMoreThreadsThanCores) {
  EXPECT_THAT(placement_warnings({place({0, 1}, 2, 8, 2)}),
              ElementsAre(testing::AllOf(HasSubstr("rank 0: 8 threads for 2 cores;"),
                                         testing::Not(HasSubstr("ranks share")))));
}

TEST(PlacementWarnings, TellOfAQuotaOfTheControlGroup) {
  Placement limited = place({0, 1, 2, 3}, 4, 4, 1.5);
  limited.quota = 1.5;
  EXPECT_THAT(
      placement_warnings({limited}),
      ElementsAre(testing::AllOf(HasSubstr("4 threads for 1.5 cores, since a quota"),
                                 HasSubstr("ask for more cores"), testing::Not(HasSubstr("ranks share")))));
}

// What a parent took does not count: ru_maxrss would.
TEST(PeakMemory, IsOfThisProcess) {
  std::ifstream status("/proc/self/status");
  std::int64_t kilobytes = 0;
  for (std::string word; status >> word;)
    if (word == "VmHWM:") status >> kilobytes;
  EXPECT_GE(peak_rss_bytes(), kilobytes * 1024);
  EXPECT_LT(peak_rss_bytes(), (kilobytes + 100'000) * 1024);
}

TEST(PlacementWarnings, TellOfHyperThreads) {
  EXPECT_THAT(placement_warnings({place({0, 1, 2, 3}, 2, 4, 4)}),
              ElementsAre(HasSubstr("4 threads on 2 cores, two hyper-threads each")));
}

TEST(Placements, AreThoseOfTheOperatingSystem) {
  const auto all = gather_placements(3, Communicator::world());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].host.empty());
  EXPECT_FALSE(all[0].cpus.empty());
  EXPECT_LE(all[0].cores, std::ssize(all[0].cpus));
  EXPECT_GE(all[0].cores, 1);
  EXPECT_EQ(all[0].threads, 3);
  EXPECT_DOUBLE_EQ(all[0].share, std::min(all[0].quota, static_cast<double>(all[0].cpus.size())));
  EXPECT_GT(all[0].memory_bytes, 1'000'000);
}

}  // namespace
}  // namespace jetrain

#include "comm/cgroup.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "temporary_folder.hpp"

namespace jetrain {
namespace {

/// A tree of files as the kernel shows them.
class Cgroup : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) {
    const std::filesystem::path file = folder_.file("") + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << "\n";
  }
  std::string root() const {
    std::string path = folder_.file("");
    while (path.ends_with('/')) path.pop_back();
    return path;
  }

  const test::TemporaryFolder folder_;
};

TEST_F(Cgroup, HasNoQuotaWhereThereAreNone) {
  EXPECT_FALSE(cpu_quota(root()));
  put("/proc/self/cgroup", "0::/user.slice/session");
  put("/proc/self/mountinfo",
      "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate");
  put("/sys/fs/cgroup/user.slice/cpu.max", "max 100000");
  put("/sys/fs/cgroup/user.slice/session/cpu.max", "max 100000");
  put("/sys/fs/cgroup/user.slice/session/memory.max", "max");
  EXPECT_FALSE(cpu_quota(root()));
  EXPECT_FALSE(memory_limit(root()));
}

TEST_F(Cgroup, TakesTheSmallestQuotaOfAllAboveInVersion2) {
  put("/proc/self/cgroup", "0::/slurm/job 7/step");
  put("/proc/self/mountinfo",
      "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
  put("/sys/fs/cgroup/slurm/cpu.max", "800000 100000");
  put("/sys/fs/cgroup/slurm/job 7/cpu.max", "150000 100000");
  put("/sys/fs/cgroup/slurm/job 7/step/cpu.max", "max 100000");
  put("/sys/fs/cgroup/slurm/other/cpu.max", "10000 100000");
  put("/sys/fs/cgroup/slurm/memory.max", "4000000000");
  put("/sys/fs/cgroup/slurm/job 7/step/memory.max", "5000000000");
  ASSERT_TRUE(cpu_quota(root()));
  EXPECT_DOUBLE_EQ(cpu_quota(root())->amount, 1.5);
  EXPECT_EQ(cpu_quota(root())->group, root() + "/sys/fs/cgroup/slurm/job 7");
  EXPECT_DOUBLE_EQ(memory_limit(root())->amount, 4e9);
}

// A container sees its own group as the mount's root, or, in a namespace of groups, as /.
TEST_F(Cgroup, FindsTheGroupOfAContainerInVersion1) {
  put("/proc/self/cgroup", "11:memory:/docker/7f\n4:cpu,cpuacct:/docker/7f\n1:name=systemd:/docker/7f\n0::/");
  put("/proc/self/mountinfo",
      "31 23 0:27 /docker/7f /sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct\n"
      "32 23 0:28 /docker/7f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
      "33 23 0:29 /docker/7f /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset");
  put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000");
  put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");
  put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648");
  ASSERT_TRUE(cpu_quota(root()));
  EXPECT_DOUBLE_EQ(cpu_quota(root())->amount, 2.5);
  EXPECT_DOUBLE_EQ(memory_limit(root())->amount, 2147483648.0);
  put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1");
  EXPECT_FALSE(cpu_quota(root()));
}

TEST_F(Cgroup, ReadsNamesWithSpacesAndThoseOfOtherNamespaces) {
  put("/proc/self/cgroup", "0::/../../elsewhere");
  put("/proc/self/mountinfo", "29 23 0:26 / /sys/fs/my\\040groups rw - cgroup2 cgroup2 rw");
  put("/sys/fs/my groups/cpu.max", "50000 100000");
  ASSERT_TRUE(cpu_quota(root()));
  EXPECT_DOUBLE_EQ(cpu_quota(root())->amount, 0.5);
}

}  // namespace
}  // namespace jetrain

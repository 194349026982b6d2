#pragma once

/// \file
/// What the control groups of this process (containers, batch systems) let it use, by version 1 and 2 of the
/// kernel's interface: Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst. A group's limit is of all that
/// is in it, and in the groups below it.

#include <cstdint>
#include <optional>
#include <string>

namespace jetrain {

struct GroupLimit {
  double amount = 0;  ///< cores, or bytes
  std::string group;  ///< the folder of the group that sets it
};

/// CPU time in a second, in cores: the smallest quota (cpu.max; cpu.cfs_quota_us) of the own group and those
/// above it. None: no quota. `root`: before all paths, for tests.
std::optional<GroupLimit> cpu_quota(const std::string& root = "");

/// Memory in bytes, in the same way (memory.max; memory.limit_in_bytes).
std::optional<GroupLimit> memory_limit(const std::string& root = "");

}  // namespace jetrain

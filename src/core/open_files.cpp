#include "core/open_files.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// Each is open on each rank, where HDF5 takes 0.6 MB and some milliseconds for it.
constexpr std::size_t kMostFiles = 10'000;
/// Left to MPI's connections, and to what is written.
constexpr std::size_t kReserved = 64;

std::size_t files_in_use() {
  std::error_code unknown;  // where there is no /proc
  const std::filesystem::directory_iterator open("/proc/self/fd", unknown);
  return unknown ? 0 : static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

}  // namespace

void require_openable(std::size_t files) {
  if (files > kMostFiles)
    throw UsageError(fmt::format(
        "{} data files are given, and at most {} can be read as one: join them into fewer, larger files",
        files, kMostFiles));
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const std::size_t used = files_in_use();
  const std::size_t needed = files + used + kReserved;
  if (needed <= limit.rlim_cur) return;
  rlimit raised = limit;
  raised.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  if (needed <= limit.rlim_cur) return;
  throw UsageError(
      fmt::format("{} data files are given, which are open at once, but a process may have {} open here, of "
                  "which {} are in "
                  "use and {} are kept for other things: join them into fewer, larger files, or raise the "
                  "limit on each host "
                  "(ulimit -n {}, or more)",
                  files, static_cast<std::size_t>(limit.rlim_cur), used, kReserved, needed));
}

}  // namespace jetrain

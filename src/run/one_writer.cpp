#include "run/one_writer.hpp"

#include <mutex>

namespace jetrain {
namespace {

std::timed_mutex writing;

}  // namespace

void write_alone(const std::function<void()>& write) {
  const std::lock_guard lock(writing);
  write();
}

bool write_alone_within(std::chrono::milliseconds patience, const std::function<void()>& write) {
  const std::unique_lock lock(writing, patience);
  if (lock) write();
  return lock.owns_lock();
}

}  // namespace jetrain

#include "core/write_watch.hpp"

#include <cstring>

namespace jetrain {
namespace {

thread_local WriteWatch* watching = nullptr;

}  // namespace

WriteWatch::WriteWatch() noexcept {
  watching = this;
}

WriteWatch::~WriteWatch() {
  watching = nullptr;
}

WriteWatch* WriteWatch::active() noexcept {
  return watching;
}

void WriteWatch::note(int cause) noexcept {
  if (failed_) return;
  failed_ = true;
  cause_ = cause;
}

std::string WriteWatch::reason() const {
  return cause_ == 0 ? "the system gave no reason" : std::strerror(cause_);
}

}  // namespace jetrain

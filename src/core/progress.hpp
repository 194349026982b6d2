#pragma once

/// \file
/// What this process is doing just now. The main thread writes it down as it goes; the watchdog and the crash
/// handler read it at any moment.

#include <cstdint>

namespace jetrain::progress {

enum class Activity : std::uint8_t {
  starting,
  reading,
  shuffling,
  computing,
  updating,
  validating,
  writing,
  ending
};

/// As it stands in a message: "reading", "forward and backward".
const char* name(Activity activity) noexcept;

struct Snapshot {
  Activity activity = Activity::starting;
  bool waiting = false;    ///< for other ranks, in a collective call
  std::int64_t epoch = 0;  ///< 0: before the first
  std::int64_t step = 0;   ///< in the epoch, from 1
  std::int64_t ticks = 0;  ///< grows with every sign of progress
};

/// Whether no progress lies between two snapshots.
bool same(const Snapshot& a, const Snapshot& b) noexcept;

void set(Activity activity) noexcept;
void set_step(std::int64_t epoch, std::int64_t step) noexcept;
/// A sign of progress inside a long activity.
void tick() noexcept;
/// Safe in a signal handler.
Snapshot now() noexcept;

/// Stands around a call that returns only when other ranks have come. One inside of another changes nothing.
class Waiting {
 public:
  Waiting() noexcept;
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  bool outer_;
};

}  // namespace jetrain::progress

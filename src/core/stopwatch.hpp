#pragma once

#include <chrono>

namespace jetrain {

/// Wall-clock seconds since construction or the last restart.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  void restart() { start_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// Splits a stretch of work into phases: each lap adds the time since the last one to a sum. Switched off, it
/// costs nothing.
class LapTimer {
 public:
  explicit LapTimer(bool on) : on_(on) {}
  void lap(double& sum_seconds) {
    if (!on_) return;
    sum_seconds += watch_.seconds();
    watch_.restart();
  }

 private:
  bool on_;
  Stopwatch watch_;
};

}  // namespace jetrain

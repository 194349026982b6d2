#include "core/progress.hpp"

#include <atomic>

namespace jetrain::progress {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

std::atomic<Activity> activity{Activity::starting};
std::atomic<bool> waiting{false};
std::atomic<std::int64_t> epoch{0};
std::atomic<std::int64_t> step{0};
std::atomic<std::int64_t> ticks{0};

static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a signal handler reads them");

}  // namespace

const char* name(Activity which) noexcept {
  switch (which) {
    case Activity::starting:
      return "the start";
    case Activity::reading:
      return "reading";
    case Activity::shuffling:
      return "the redistribution of jets";
    case Activity::computing:
      return "forward and backward";
    case Activity::updating:
      return "the optimizer's update";
    case Activity::validating:
      return "validation";
    case Activity::writing:
      return "writing the run's files";
    case Activity::ending:
      return "the end";
  }
  return "an unknown activity";
}

bool same(const Snapshot& a, const Snapshot& b) noexcept {
  return a.activity == b.activity && a.waiting == b.waiting && a.epoch == b.epoch && a.step == b.step &&
         a.ticks == b.ticks;
}

void set(Activity next) noexcept {
  activity.store(next, kRelaxed);
}

void set_step(std::int64_t at_epoch, std::int64_t at_step) noexcept {
  epoch.store(at_epoch, kRelaxed);
  step.store(at_step, kRelaxed);
}

void tick() noexcept {
  ticks.fetch_add(1, kRelaxed);
}

Snapshot now() noexcept {
  return {activity.load(kRelaxed), waiting.load(kRelaxed), epoch.load(kRelaxed), step.load(kRelaxed),
          ticks.load(kRelaxed)};
}

Waiting::Waiting() noexcept : outer_(waiting.exchange(true, kRelaxed)) {}

Waiting::~Waiting() {
  waiting.store(outer_, kRelaxed);
  tick();
}

}  // namespace jetrain::progress

#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace jetrain {

/// Calls `work()` in a thread of its own, and waits for it no longer than `patience`: for what a stalled disk
/// may never end. None where it takes longer; the thread then goes on by itself, so that `work` must own all
/// that it touches. An exception of `work` that comes in time goes on.
template <class Work>
auto call_within(std::chrono::milliseconds patience, Work work)
    -> std::optional<std::invoke_result_t<Work&>> {
  std::packaged_task<std::invoke_result_t<Work&>()> task(std::move(work));
  auto result = task.get_future();
  std::thread(std::move(task)).detach();
  if (result.wait_for(patience) != std::future_status::ready) return std::nullopt;
  return result.get();
}

}  // namespace jetrain

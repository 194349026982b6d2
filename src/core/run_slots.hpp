#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

namespace jetrain {

/// Runs `work(slot)` for all slots on OpenMP threads, and meanwhile `beside()` on the calling thread, which
/// joins the others afterwards. Rethrows the error of the lowest slot; `beside` keeps its own errors.
template <class Work, class Beside>
void run_slots(std::int64_t slots, const Work& work, const Beside& beside) {
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(slots));
#pragma omp parallel
  {
#pragma omp master
    beside();
#pragma omp for schedule(dynamic)
    for (std::int64_t slot = 0; slot < slots; ++slot) {
      try {
        work(slot);
      } catch (...) {
        errors[static_cast<std::size_t>(slot)] = std::current_exception();
      }
    }
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace jetrain

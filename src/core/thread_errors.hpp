#pragma once

#include <atomic>
#include <exception>

namespace jetrain {

/// The first error of threads that work together. No exception may leave an OpenMP region, where it would end
/// the process without a word: what can fail inside of one is `run`, and behind the region `rethrow` stands.
class ThreadErrors {
 public:
  template <class Work>
  void run(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      if (!taken_.exchange(true)) first_ = std::current_exception();
    }
  }

  /// Where no thread runs any more.
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::atomic<bool> taken_{false};
  std::exception_ptr first_;
};

}  // namespace jetrain

#pragma once

#include <cstddef>
#include <cstdint>

#include "core/stopwatch.hpp"
#include "telemetry/log.hpp"
#include "train/training_observer.hpp"

namespace jetrain {

/// The progress line of a group of ranks that trains some members of a study, one after another.
class StudyProgress : public TrainingObserver {
 public:
  StudyProgress(std::size_t members, Log& log) : members_(members), log_(log) {}

  /// The next of them, which trains for so many epochs at most.
  void begin(std::int64_t epochs);
  /// It has ended.
  void end() { ++done_; }

  void on_step(const StepEnd& step) override;

 private:
  std::size_t members_;
  Log& log_;
  Stopwatch since_begin_;
  std::size_t done_ = 0;
  std::int64_t epochs_ = 1;  ///< of the member under way
};

}  // namespace jetrain

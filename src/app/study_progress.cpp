#include "app/study_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace jetrain {

void StudyProgress::begin(std::int64_t epochs) {
  epochs_ = std::max<std::int64_t>(1, epochs);
}

void StudyProgress::on_step(const StepEnd& step) {
  const EpochProgress& at = step.progress;
  if (!log_.progress_due(false)) return;
  const double of_epoch = static_cast<double>(at.steps) / static_cast<double>(step.steps_per_epoch);
  const double of_member =
      std::min(1.0, (static_cast<double>(at.epoch - 1) + of_epoch) / static_cast<double>(epochs_));
  const double share = (static_cast<double>(done_) + of_member) / static_cast<double>(members_);
  const double left = since_begin_.seconds() * (1 / share - 1);
  constexpr double kWidth = 30;
  log_.progress(fmt::format("training {} of {}, epoch {}/{}  {:.0f} s left  [{:<30}]", done_ + 1, members_,
                            at.epoch, epochs_, left,
                            std::string(static_cast<std::size_t>(kWidth * share), '=')));
}

}  // namespace jetrain

#include "run/monitors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "jetrain/error.hpp"
#include "train/early_stopping.hpp"

namespace jetrain {

std::vector<NamedMonitor> monitors_of(const Config& config) {
  const EarlyStoppingConfig& stopping = config.early_stopping;
  std::vector<NamedMonitor> all;
  if (stopping.monitors.empty()) all.push_back({"early_stopping.monitor", stopping.monitor});
  for (std::size_t i = 0; i < stopping.monitors.size(); ++i)
    all.push_back({fmt::format("early_stopping.monitors[{}].monitor", i), stopping.monitors[i].monitor});
  if (stopping.reached.monitor) all.push_back({"early_stopping.reached.monitor", *stopping.reached.monitor});
  if (stopping.hopeless.monitor)
    all.push_back({"early_stopping.hopeless.monitor", *stopping.hopeless.monitor});
  if (stopping.best) all.push_back({"early_stopping.best", *stopping.best});
  if (const auto* plateau = std::get_if<PlateauSchedule>(&config.train.schedule.kind))
    all.push_back({"train.schedule.reduce_on_plateau.monitor", plateau->monitor});
  return all;
}

void require_known(const NamedMonitor& named, const Model& model) {
  if (model.input().targets == 0 || named.monitor == Monitor::val_loss) return;
  throw UsageError(
      fmt::format("{}: {} is not known for a regression: use val_loss", named.key, named.monitor));
}

void require_monitored(const Config& config, const Model& model) {
  for (const NamedMonitor& named : monitors_of(config)) require_known(named, model);
}

RejectionNotes::RejectionNotes(const Config& config, std::int64_t background, Log& log)
    : background_(background), log_(log) {
  for (const NamedMonitor& named : monitors_of(config)) {
    const bool known = std::find(rejections_.begin(), rejections_.end(), named.monitor) != rejections_.end();
    if (is_rejection(named.monitor) && !known) rejections_.push_back(named.monitor);
  }
}

void RejectionNotes::on_epoch(const EpochEnd& end) {
  constexpr double kFew = 10;
  const auto of_epoch = [&](Monitor monitor) {
    return fmt::format("{} of epoch {}", monitor, end.record.epoch);
  };
  for (const Monitor monitor : rejections_) {
    const double rejection = monitored_value(monitor, end.record.validation);
    const double passing = static_cast<double>(background_) / rejection;
    if (std::isinf(rejection) && !std::exchange(none_told_, true)) {
      log_.warning(fmt::format(
          "{} is infinite: none of {} background jets that validate passes; it counts as better than any "
          "number, and no later epoch as better still: validate with more jets, or go by val_loss or val_auc",
          of_epoch(monitor), background_));
    } else if (std::isfinite(rejection) && passing < kFew && !std::exchange(few_told_, true)) {
      log_.warning(fmt::format(
          "{}, {:.0f}, is read off about {:.0f} of {} background jets that validate: chance alone moves it "
          "by some {:.0f} %, and decides between epochs that are closer; validate with more jets, or go by "
          "val_loss or val_auc",
          of_epoch(monitor), rejection, std::max(1.0, passing), background_,
          100 / std::sqrt(std::max(1.0, passing))));
    }
  }
}

}  // namespace jetrain

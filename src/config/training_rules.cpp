#include "config/training_rules.hpp"

#include <fmt/format.h>

namespace jetrain {
namespace {

using Fail = std::function<void(const std::string&)>;

/// A rate that never comes down would train worse, and nobody would know why.
void check_schedule(const TrainConfig& train, const Fail& fail) {
  const auto* cycle = std::get_if<OneCycleSchedule>(&train.schedule.kind);
  if (cycle == nullptr) return;
  const auto epochs = static_cast<double>(train.epochs);
  if (cycle->up_epochs + cycle->down_epochs <= epochs && cycle->up_epochs < epochs) return;
  fail(fmt::format(
      "train.schedule.one_cycle: up_epochs {} and down_epochs {} do not fit into train.epochs {}, so "
      "that the rate would not come down: shorten them, or train longer",
      cycle->up_epochs, cycle->down_epochs, train.epochs));
}

void check_lookahead(const LookaheadConfig& lookahead, const Fail& fail) {
  if (lookahead.every_steps == 0 && lookahead.share != LookaheadConfig{}.share)
    fail(fmt::format(
        "train.lookahead.share: {} is given without train.lookahead.every_steps, after how many steps",
        lookahead.share));
}

}  // namespace

void check_training(const TrainConfig& train, const std::function<void(const std::string&)>& fail) {
  check_schedule(train, fail);
  check_lookahead(train.lookahead, fail);
}

}  // namespace jetrain

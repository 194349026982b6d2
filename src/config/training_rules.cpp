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

/// One way to average, and an average that comes to be.
void check_average(const TrainConfig& train, const Fail& fail) {
  const EqualAverageConfig& equal = train.average.equal;
  if (equal.from_epoch == 0) {
    if (equal.every_steps > 0 || equal.learning_rate_factor > 0)
      fail("train.average.equal: needs from_epoch, the first epoch whose weights join the average");
    return;
  }
  if (equal.learning_rate_factor == 0 && (equal.anneal_epochs != EqualAverageConfig{}.anneal_epochs ||
                                          equal.anneal != EqualAverageConfig{}.anneal))
    fail(
        "train.average.equal: anneal and anneal_epochs are of learning_rate_factor, which is not given: the "
        "schedule goes on");
  if (train.average.decay > 0)
    fail("train.average: decay and equal.from_epoch are two ways to average: leave out one of them");
  if (equal.from_epoch > train.epochs)
    fail(
        fmt::format("train.average.equal.from_epoch: {} is beyond train.epochs {}, so that nothing would be "
                    "averaged: begin earlier, or train longer",
                    equal.from_epoch, train.epochs));
  if (equal.learning_rate_factor > 0 && std::holds_alternative<PlateauSchedule>(train.schedule.kind))
    fail(
        "train.average.equal.learning_rate_factor: sets the learning rate, and so does reduce_on_plateau: "
        "leave out one of them");
}

void check_batches(const TrainConfig& train, const Fail& fail) {
  std::int64_t before = 1;
  for (std::size_t i = 0; i < train.batch_schedule.size(); ++i) {
    const BatchChange& change = train.batch_schedule[i];
    if (change.from_epoch == 0 || change.batch_size == 0)
      fail(fmt::format("train.batch_schedule[{}]: needs from_epoch and batch_size", i));
    if (change.from_epoch <= before)
      fail(fmt::format("train.batch_schedule[{}].from_epoch: {} must be later than the entry before it", i,
                       change.from_epoch));
    before = change.from_epoch;
  }
}

}  // namespace

void check_training(const TrainConfig& train, const std::function<void(const std::string&)>& fail) {
  check_schedule(train, fail);
  check_lookahead(train.lookahead, fail);
  check_average(train, fail);
  check_batches(train, fail);
}

}  // namespace jetrain

#include "run/training_lines.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "optim/optimizer.hpp"
#include "run/monitors.hpp"

namespace jetrain {
namespace {

/// `with_50`: with the background rejection at signal efficiency 0.5, too.
std::string epoch_line(const EpochRecord& r, std::int64_t epochs, bool best, bool with_50) {
  const Metrics& v = r.validation;
  std::string line = fmt::format("epoch {:3}/{}  loss {:.4f}", r.epoch, epochs, r.loss);
  if (!std::isnan(r.accuracy)) line += fmt::format("  acc {:.4f}", r.accuracy);
  line += fmt::format("  val_loss {:.4f}", v.loss);
  if (!std::isnan(v.accuracy)) line += fmt::format("  val_acc {:.4f}", v.accuracy);
  if (!std::isnan(v.auc)) line += fmt::format("  val_auc {:.4f}  1/eB(0.3) {:.0f}", v.auc, v.rejection_30);
  if (with_50) line += fmt::format("  1/eB(0.5) {:.0f}", v.rejection_50);
  return line + fmt::format("  {:.1f} s  {:.0f} jets/s{}", r.seconds, r.jets_per_second, best ? "  *" : "");
}

/// What the phases took between two moments, on this rank.
std::string phase_line(std::int64_t epoch, const PhaseSeconds& before, const PhaseSeconds& after) {
  std::string line = fmt::format("epoch {:3} took", epoch);
  for (const auto& [phase, seconds] : after) {
    const auto was = before.find(phase);
    line += fmt::format(" {} {:.3f} s{}", phase, seconds - (was == before.end() ? 0 : was->second),
                        phase == after.rbegin()->first ? "" : ",");
  }
  return line;
}

std::string cut_cycle_line(const CutCycle& cut, std::int64_t epochs) {
  std::string whole;
  for (const double end : {cut.begin, cut.end}) {
    if (end >= 1 && end == std::round(end))
      whole += fmt::format("{}{:.0f}", whole.empty() ? "" : " or ", end);
  }
  return fmt::format(
      "train.epochs {} ends amid a cycle of cosine_restarts, which goes from {:.4g} to {:.4g}, with the "
      "learning rate still at {:.2g} of the optimizer's: {}",
      epochs, cut.begin, cut.end, cut.factor,
      whole.empty() ? "another first_epochs lets a cycle end there"
                    : fmt::format("train.epochs {} ends with a cycle", whole));
}

std::string batch_line(const BatchChange& change, const LearningRate& rate) {
  const std::int64_t steps = rate.steps().steps(change.from_epoch);
  return fmt::format("global batch {} from epoch {} on: {} step{} an epoch", change.batch_size,
                     change.from_epoch, steps, steps == 1 ? "" : "s");
}

std::string average_line(const TrainConfig& config) {
  const EqualAverageConfig& equal = config.average.equal;
  return fmt::format("from epoch {} on, the mean of the weights {} is what is validated and kept",
                     equal.from_epoch,
                     equal.every_steps > 0 ? fmt::format("after each {} steps", equal.every_steps)
                                           : std::string("at the epochs' ends"));
}

}  // namespace

EpochLines::EpochLines(const Config& config, const LearningRate& rate, std::function<PhaseSeconds()> phases,
                       Log& log)
    : config_(config.train), rate_(rate), phases_(std::move(phases)), log_(log) {
  for (const NamedMonitor& named : monitors_of(config))
    goes_by_50_ = goes_by_50_ || named.monitor == Monitor::val_rejection_50;
}

void EpochLines::on_begin() {
  if (const std::optional<CutCycle> cut = cut_cycle(config_))
    log_.warning(cut_cycle_line(*cut, config_.epochs));
  for (const BatchChange& change : config_.batch_schedule) {
    if (change.from_epoch <= config_.epochs) log_.info(batch_line(change, rate_));
  }
  if (config_.average.equal.from_epoch > 0) log_.info(average_line(config_));
  const std::int64_t all = rate_.steps().steps_before(config_.epochs + 1);
  const EqualAverageConfig& equal = config_.average.equal;
  if (equal.from_epoch > 0 && equal.every_steps > all - rate_.steps().steps_before(equal.from_epoch))
    log_.warning(fmt::format(
        "train.average.equal.every_steps: {} are more than the {} from epoch {} on: nothing is averaged",
        equal.every_steps, all - rate_.steps().steps_before(equal.from_epoch), equal.from_epoch));
  if (config_.lookahead.every_steps > all)
    log_.warning(
        fmt::format("train.lookahead.every_steps: {} are more than the training's {}: it does nothing",
                    config_.lookahead.every_steps, all));
  if (config_.lr_scaling == RateScaling::none) return;
  log_.info(fmt::format("learning rate {:.3g}: {:.3g} at batch {}, scaled to batch {} ({})", rate_.base(),
                        base_learning_rate(config_.optimizer), config_.lr_base_batch_size, config_.batch_size,
                        config_.lr_scaling));
}

void EpochLines::on_step(const StepEnd& step) {
  const EpochProgress& at = step.progress;
  if (!log_.progress_due(at.steps == step.steps_per_epoch)) return;
  const double rate = static_cast<double>(step.samples_done) / at.seconds;
  constexpr std::int64_t kWidth = 30;
  const auto filled = static_cast<std::size_t>(kWidth * at.steps / step.steps_per_epoch);
  // The bar comes last: it is what a narrow terminal may cut.
  log_.progress(fmt::format("epoch {:3}  loss {:.4f}  {:.0f} jets/s  {:.0f} s left  [{:<30}]", at.epoch,
                            at.loss / static_cast<double>(step.samples_done), rate,
                            static_cast<double>(step.samples - step.samples_done) / rate,
                            std::string(filled, '=')));
}

void EpochLines::on_epoch(const EpochEnd& end) {
  log_.info(epoch_line(end.record, config_.epochs, end.best, goes_by_50_));
  if (!log_.wants_debug()) return;
  const PhaseSeconds before = std::exchange(told_, phases_());
  log_.debug(phase_line(end.record.epoch, before, told_));
}

void StragglerLines::on_epoch(const EpochEnd& end) {
  for (const Straggler& slow : watch_.find(end.record.epoch, end.times)) {
    log_.warning(describe(slow));
    found_.push_back(slow);
  }
}

void CourseLines::on_begin() {
  const std::int64_t from = config_.train.average.equal.from_epoch;
  const EarlyStoppingConfig& stopping = config_.early_stopping;
  if (from > 0 && stopping.enabled && stopping.min_epochs < from)
    log_.warning(
        fmt::format("early stopping may end the training before epoch {}, with which the averaging begins: "
                    "early_stopping.min_epochs {} or enabled: false keeps it from that",
                    from, config_.train.epochs));
}

void CourseLines::on_epoch(const EpochEnd& end) {
  if (end.lowered) log_.info(fmt::format("learning rate lowered to {:.3g}", end.next_learning_rate));
  if (end.end && end.record.epoch < config_.train.epochs) log_.info(fmt::format("stopped: {}", end.end->why));
}

}  // namespace jetrain

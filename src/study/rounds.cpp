#include "study/rounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "study/halving.hpp"
#include "study/trial_state.hpp"
#include "train/early_stopping.hpp"

namespace jetrain {
namespace {

const HalvingFamily* halving_of(const Config& config) {
  return std::get_if<HalvingFamily>(&config.study.family.kind);
}

/// Whether a training came to no result in so many epochs. One that fails later was good enough until then,
/// and has taken another one's place since: that choice stays.
bool failed_before(const std::string& folder, const Trial& trial, std::int64_t epochs) {
  return has_failed(folder, trial) && std::ssize(read_history(folder, trial)) < epochs;
}

/// The mean over the trainings of one variant; NaN where one of them has no value, so that it goes on last.
double value_of(const std::vector<Trial>& trials, std::size_t variant, const std::string& folder,
                std::int64_t epochs, Monitor monitor) {
  double sum = 0;
  std::int64_t count = 0;
  for (const Trial& trial : trials) {
    if (trial.variant != variant) continue;
    sum += failed_before(folder, trial, epochs) ? std::numeric_limits<double>::quiet_NaN()
                                                : best_after(folder, trial, epochs, monitor);
    ++count;
  }
  return sum / static_cast<double>(count);
}

/// The variants of a bracket that take part in its rung `number`.
std::vector<std::size_t> variants_of(const Bracket& bracket, std::size_t number, const Config& config,
                                     const std::vector<Trial>& trials, const std::string& folder) {
  std::vector<std::size_t> variants(static_cast<std::size_t>(bracket.rungs.front().variants));
  std::iota(variants.begin(), variants.end(), bracket.first);
  for (std::size_t rung = 0; rung < number; ++rung) {
    std::vector<double> values;
    for (const std::size_t variant : variants)
      values.push_back(value_of(trials, variant, folder, bracket.rungs[rung].epochs, config.study.monitor));
    variants = best_of(variants, values, bracket.rungs[rung + 1].variants);
  }
  return variants;
}

}  // namespace

std::size_t rounds_of(const Config& config) {
  const HalvingFamily* halving = halving_of(config);
  return halving == nullptr ? 1 : brackets_of(*halving, config.train.epochs).front().rungs.size();
}

Round round_of(const Config& config, const std::vector<Trial>& trials, const std::string& folder,
               std::size_t number) {
  Round round;
  const HalvingFamily* halving = halving_of(config);
  if (halving == nullptr) {
    round.members.resize(trials.size());
    std::iota(round.members.begin(), round.members.end(), std::size_t{0});
    round.epochs.assign(trials.size(), 0);
    return round;
  }
  for (const Bracket& bracket : brackets_of(*halving, config.train.epochs)) {
    if (number >= bracket.rungs.size()) continue;
    const std::vector<std::size_t> variants = variants_of(bracket, number, config, trials, folder);
    const std::int64_t epochs = bracket.rungs[number].epochs;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (std::find(variants.begin(), variants.end(), trials[i].variant) == variants.end()) continue;
      round.members.push_back(i);
      round.epochs.push_back(epochs < config.train.epochs ? epochs : 0);
    }
  }
  return round;
}

std::vector<std::int64_t> last_rungs(const Config& config, const std::vector<Trial>& trials,
                                     const std::string& folder) {
  if (halving_of(config) == nullptr) return {};
  std::vector<std::int64_t> last(trials.size(), 0);
  for (std::size_t number = 0; number < rounds_of(config); ++number) {
    const Round round = round_of(config, trials, folder, number);
    for (std::size_t i = 0; i < round.members.size(); ++i)
      last[round.members[i]] = round.epochs[i] > 0 ? round.epochs[i] : config.train.epochs;
  }
  return last;
}

double best_after(const std::string& folder, const Trial& trial, std::int64_t epochs, Monitor monitor) {
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const EpochRecord& record : read_history(folder, trial)) {
    const double value = -monitored_value(monitor, record.validation);
    if (record.epoch <= epochs && !std::isnan(value) && !(value >= best)) best = value;
  }
  return best;
}

}  // namespace jetrain

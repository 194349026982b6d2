#include "run/trainable_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "config/class_names.hpp"
#include "core/untrainable.hpp"
#include "dataset/sample_loader.hpp"
#include "jetrain/error.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

void TrainableSets::require_trainable(const SampleSet& set, Set which) const {
  switch (labels_of(config_.data)) {
    case Labels::jets:
      return require_both_classes(set, which, comm_);
    case Labels::classes:
      require_samples(set, which);
      return require_known_classes(set, which);
    case Labels::none:
      require_samples(set, which);
      break;
  }
  if (model_.input().targets == model_.outputs()) return;
  throw CollectiveError(
      fmt::format("the network has {} outputs, but {} has {} values a row: give the last layer "
                  "that many units",
                  model_.outputs(), config_.data.arrays.labels, model_.input().targets),
      ExitStatus::usage);
}

void TrainableSets::require_taught(const SampleSet& train) const {
  if (train.samples.size() == 0) return;
  const auto known = std::ssize(train.samples[0].teacher);
  if (known == 0) throw std::logic_error("nobody called teach() for the training samples");
  const std::int64_t outputs = model_.outputs();
  if (known == outputs || (known == 1 && outputs == 2)) return;
  throw UsageError(
      fmt::format("train.teacher: gives probabilities of {} classes, but the network has outputs for {}",
                  std::max<std::ptrdiff_t>(2, known), std::max<std::int64_t>(2, outputs)));
}

void TrainableSets::say_missing_classes(const std::array<std::int64_t, 256>& counts, std::int64_t known,
                                        Set which) const {
  const std::vector<std::string> names = class_names(config_.data, known);
  const auto name = [&](std::size_t k) { return k < names.size() ? names[k] : std::to_string(k); };
  const auto there = std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; });
  const char* const advice =
      "check data.split (random mixes files that are sorted by class, or hold one each) and data.limit "
      "(take: balanced)";
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (there == 1 && counts[k] > 0)
      throw Untrainable(
          fmt::format("the {} set has {} rows, all of one class ({}): a classifier needs others; {}",
                      set_name(which), counts[k], name(k), advice));
    if (there > 1 && counts[k] == 0 && std::cmp_less(k, known))
      log_.warning(fmt::format("the {} set has no rows of {}: figures are those of the other classes; {}",
                               set_name(which), name(k), advice));
  }
}

void TrainableSets::require_known_classes(const SampleSet& set, Set which) const {
  const std::int64_t known = std::max<std::int64_t>(2, model_.outputs());
  std::array<std::int64_t, 256> counts{};
  for (std::int64_t i = 0; i < set.samples.size(); ++i) ++counts[set.samples[i].label];
  std::int64_t largest = 0;
  for (std::int64_t k = 0; k < std::ssize(counts); ++k) {
    if (counts[static_cast<std::size_t>(k)] > 0) largest = k;
  }
  largest = comm_.max(largest);
  if (largest < known) {
    comm_.sum(counts);
    return say_missing_classes(counts, known, which);
  }
  throw CollectiveError(
      fmt::format(
          "{} has the class {}, but the network has outputs for {} classes only: give the last layer {} "
          "units (classes count from 0), or mend the labels",
          reads_jets(config_.data) ? "a label" : config_.data.arrays.labels, largest,
          std::max<std::int64_t>(2, model_.outputs()), largest + 1),
      ExitStatus::usage);
}

std::int64_t TrainableSets::fewest_background(const SampleSet& set) const {
  std::array<std::int64_t, 256> counts{};
  for (std::int64_t i = 0; i < set.samples.size(); ++i) ++counts[set.samples[i].label];
  comm_.sum(counts);
  counts[static_cast<std::size_t>(model_.outputs() == 1 ? 1 : model_.score_output())] = 0;
  std::int64_t fewest = 0;
  for (const std::int64_t count : counts) {
    if (count > 0 && (fewest == 0 || count < fewest)) fewest = count;
  }
  return fewest;
}

}  // namespace jetrain

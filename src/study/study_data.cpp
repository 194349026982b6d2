#include "study/study_data.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "batches/redistribute.hpp"
#include "core/permutation.hpp"
#include "core/random.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// All that decides which rows are read, and which set they belong to.
std::string rows_key(const Config& config) {
  Config relevant;
  relevant.data = config.data;
  relevant.data.high_level.clear();
  if (config.data.split.method == SplitMethod::random) relevant.seed = config.seed;
  return to_yaml(relevant);
}

/// That, and what is made of a row.
std::string samples_key(const Config& config) {
  Config relevant;
  relevant.data = config.data;
  relevant.input = config.input;
  switch (config.input) {
    case InputKind::constituents:  // features, axis and augmentation come later
      relevant.constituents.most = config.constituents.most;
      break;
    case InputKind::image:
    case InputKind::arrays:
      relevant.image = config.image;
      relevant.augmentation = config.augmentation;
      break;
  }
  if (config.data.split.method == SplitMethod::random) relevant.seed = config.seed;
  return to_yaml(relevant);
}

/// The samples whose number `keep` marks, in their order.
SampleSet part_of(const SampleSet& set, const std::vector<bool>& keep, const Communicator& comm) {
  SampleSet part;
  part.layout = set.layout;
  const std::int64_t first = set.begins[static_cast<std::size_t>(comm.rank())];
  for (std::int64_t i = 0; i < set.samples.size(); ++i) {
    if (keep[static_cast<std::size_t>(first + i)]) part.samples.append(set.samples[i]);
  }
  part.count(comm);
  return part;
}

/// Both sets as one: the training samples, then the validation samples.
SampleSet joined(const LoadedSamples& loaded, const Communicator& comm) {
  SampleSet train = loaded[Set::train];
  SampleSet validation = loaded[Set::validation];
  const std::int64_t first = train.total();
  const std::vector<std::int64_t> borders = even_borders(first + validation.total(), comm.size());
  std::vector<std::int64_t> train_borders;
  std::vector<std::int64_t> validation_borders;
  for (const std::int64_t border : borders) {
    train_borders.push_back(std::min(border, first));
    validation_borders.push_back(std::max<std::int64_t>(0, border - first));
  }
  redistribute(train, train_borders, comm);
  redistribute(validation, validation_borders, comm);
  train.samples.append(std::move(validation.samples));
  train.begins = borders;
  return train;
}

}  // namespace

StudyData::StudyData(const std::vector<Trial>& trials, const Communicator& comm) : comm_(comm) {
  std::map<std::string, std::vector<const Config*>> by_rows;
  for (const Trial& trial : trials) {
    std::vector<const Config*>& same_rows = by_rows[rows_key(trial.config)];
    const std::string key = samples_key(trial.config);
    const bool known = std::any_of(same_rows.begin(), same_rows.end(),
                                   [&](const Config* config) { return samples_key(*config) == key; });
    if (!known) same_rows.push_back(&trial.config);
  }
  for (const auto& [rows, configs] : by_rows) {
    std::vector<LoadedSamples> loaded = load_samples(configs, {Set::train, Set::validation}, comm);
    for (std::size_t i = 0; i < configs.size(); ++i) loaded_[samples_key(*configs[i])] = std::move(loaded[i]);
  }
}

const LoadedSamples& StudyData::loaded(const Trial& trial) const {
  return loaded_.at(samples_key(trial.config));
}

TrialSets StudyData::sets_of(const Trial& trial, std::int64_t folds) const {
  const LoadedSamples& loaded = this->loaded(trial);
  TrialSets sets;
  if (trial.fold < 0) {
    sets = {loaded[Set::train], loaded[Set::validation]};
  } else {
    if (trial.config.augmentation.used() && !loaded[Set::train].layout.is_set())
      throw CollectiveError(
          "study.folds: not with augmentation of images, since training and validation jets are kept apart",
          ExitStatus::usage);
    const SampleSet all = joined(loaded, comm_);
    const auto order = random_permutation(all.total(), trial.config.seed, Purpose::study, 1);
    std::vector<bool> train(order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      train[i] = static_cast<std::int64_t>(order[i]) * folds / all.total() != trial.fold;
    sets.train = part_of(all, train, comm_);
    train.flip();
    sets.validation = part_of(all, train, comm_);
  }
  if (trial.training_jets == 0) return sets;
  if (trial.training_jets > sets.train.total()) {
    throw CollectiveError(
        fmt::format("study.family.learning_curve: {} training jets are asked for, but there are {}",
                    trial.training_jets, sets.train.total()),
        ExitStatus::usage);
  }
  const auto order = random_permutation(sets.train.total(), trial.config.seed, Purpose::study, 2);
  std::vector<bool> keep(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) keep[i] = order[i] < trial.training_jets;
  sets.train = part_of(sets.train, keep, comm_);
  return sets;
}

}  // namespace jetrain

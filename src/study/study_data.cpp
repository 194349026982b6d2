#include "study/study_data.hpp"

#include <algorithm>

#include "dataset/drawn_rows.hpp"
#include "jetrain/error.hpp"
#include "train/teacher.hpp"

namespace jetrain {
namespace {

/// What is read for a member: all that may train or validate in any fold.
Config before_draws(const Config& config) {
  Config whole = config;
  whole.data.limit.training_jets = 0;
  if (config.data.split.folds > 0) whole.data.split.fold = kNoFold;
  return whole;
}

/// All that decides which rows are read, and which set they belong to.
Config rows_of(const Config& config) {
  Config relevant;
  relevant.data = config.data;
  relevant.data.split.seed = -1;
  if (config.data.split.method == SplitMethod::random) relevant.seed = config.split_seed();
  return relevant;
}

std::string rows_key(const Config& whole) {
  Config relevant = rows_of(whole);
  relevant.data.high_level.clear();
  return to_yaml(relevant);
}

/// That, and what is made of a row.
std::string samples_key(const Config& whole) {
  Config relevant = rows_of(whole);
  relevant.train.teacher.scores = whole.train.teacher.scores;
  relevant.train.teacher.model = whole.train.teacher.model;
  relevant.input = whole.input;
  switch (whole.input) {
    case InputKind::constituents:  // features, axis and augmentation come later
      relevant.constituents.most = whole.constituents.most;
      break;
    case InputKind::image:
    case InputKind::arrays:
      relevant.image = whole.image;
      relevant.augmentation = whole.augmentation;
      // Images that are reweighted have their jets' sums beside them, by whatever bins.
      return to_yaml(relevant) + (whole.train.reweight.used() ? "with the jets' sums\n" : "");
  }
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

}  // namespace

StudyData::StudyData(const std::vector<Trial>& trials, const Communicator& comm, const Say& say)
    : comm_(comm) {
  std::map<std::string, std::vector<Config>> by_rows;
  for (const Trial& trial : trials) {
    Config whole = before_draws(trial.config);
    std::vector<Config>& same_rows = by_rows[rows_key(whole)];
    const std::string key = samples_key(whole);
    const bool known = std::any_of(same_rows.begin(), same_rows.end(),
                                   [&](const Config& config) { return samples_key(config) == key; });
    if (!known) same_rows.push_back(std::move(whole));
  }
  for (const auto& [rows, configs] : by_rows) {
    std::vector<const Config*> ways;
    for (const Config& config : configs) ways.push_back(&config);
    std::vector<LoadedSamples> loaded = load_samples(ways, {Set::train, Set::validation}, comm);
    for (std::size_t i = 0; i < ways.size(); ++i) {
      teach(*ways[i], loaded[i], comm, say);
      loaded_[samples_key(*ways[i])] = std::move(loaded[i]);
    }
  }
}

const LoadedSamples& StudyData::loaded(const Trial& trial) const {
  return loaded_.at(samples_key(before_draws(trial.config)));
}

TrialSets StudyData::sets_of(const Trial& trial) const {
  const Config& config = trial.config;
  const LoadedSamples& loaded = this->loaded(trial);
  TrialSets sets;
  if (config.data.split.folds == 0) {
    sets = {loaded[Set::train], loaded[Set::validation]};
  } else {
    const SampleSet& all = loaded[Set::train];
    if (config.augmentation.used() && !all.layout.is_set())
      throw CollectiveError(
          "study.folds: not with augmentation of images, since training and validation jets are kept apart",
          ExitStatus::usage);
    std::vector<bool> drawn = drawn_to_validate(all.total(), config);
    sets.validation = part_of(all, drawn, comm_);
    drawn.flip();
    sets.train = part_of(all, drawn, comm_);
  }
  if (config.data.limit.training_jets > 0)
    sets.train = part_of(sets.train, drawn_to_train(sets.train.total(), config), comm_);
  return sets;
}

}  // namespace jetrain

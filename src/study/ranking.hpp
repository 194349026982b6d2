#pragma once

/// \file
/// What came of a study's trainings: one table of all, and one ranking of the variants.

#include <string>
#include <vector>

#include "study/trials.hpp"

namespace jetrain {

/// A training's result.json, as far as a study looks at it. NaN where something is not known.
struct TrialOutcome {
  std::string status;  ///< done, failed, or not run yet
  std::int64_t best_epoch = 0;
  std::int64_t training_jets = 0;
  double val_loss = 0;
  double val_accuracy = 0;
  double val_auc = 0;
  double val_rejection_30 = 0;
  double jets_per_second = 0;
  std::string weights_hash;
};

/// From the study's folder.
TrialOutcome read_outcome(const std::string& folder, const Trial& trial);

/// study.csv: a line a training.
std::string table_csv(const std::vector<Trial>& trials, const std::vector<TrialOutcome>& outcomes,
                      const std::vector<std::string>& keys);

/// A variant over its folds and seeds.
struct Ranked {
  std::string name;
  std::int64_t runs = 0;  ///< done
  double value = 0;       ///< mean of the monitored value; NaN: no run is done
  double spread = 0;      ///< its deviation from run to run (n - 1); NaN with one run
  double val_loss = 0;    ///< means
  double val_accuracy = 0;
  double val_auc = 0;
};

/// The best first; variants without a result last.
std::vector<Ranked> rank(const std::vector<Trial>& trials, const std::vector<TrialOutcome>& outcomes,
                         Monitor monitor);

std::string ranking_csv(const std::vector<Ranked>& ranking, Monitor monitor);
/// For people.
std::string ranking_text(const std::vector<Ranked>& ranking, Monitor monitor);

}  // namespace jetrain

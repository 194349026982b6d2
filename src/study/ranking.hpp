#pragma once

/// \file
/// What came of a study's trainings: one table of all, and one ranking of the variants.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/record.hpp"
#include "core/word.hpp"
#include "study/trials.hpp"

namespace jetrain {

/// `failed`: by itself, as it would again (it diverges, say); `broken_off`: by an error of files or memory.
/// `paused`: a search has not gone on with it.
enum class TrialStatus : std::uint8_t { not_run, done, paused, failed, broken_off };
constexpr Word word_of(TrialStatus status) {
  switch (status) {
    case TrialStatus::not_run:
      return {"not run yet"};
    case TrialStatus::done:
      return {"done"};
    case TrialStatus::paused:
      return {"paused"};
    case TrialStatus::failed:
      return {"failed"};
    case TrialStatus::broken_off:
      return {"broken off"};
  }
  return {};
}

/// A training's result.json, as far as a study looks at it, by the names that it has there. NaN where
/// something is not known.
struct TrialOutcome {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  TrialStatus status = TrialStatus::not_run;
  std::int64_t epochs = 0;
  std::int64_t best_epoch = 0;
  std::int64_t training_jets = 0;
  double val_loss = kUnknown;
  double val_accuracy = kUnknown;
  double val_auc = kUnknown;
  double val_rejection_30 = kUnknown;
  double val_rejection_50 = kUnknown;
  double jets_per_second = kUnknown;  ///< whole
  std::string weights_hash;

  template <class Self, class Visitor>
  static void fields(Self& o, Visitor& visit) {
    visit("status", o.status);
    visit("epochs", o.epochs);
    visit("best_epoch", o.best_epoch);
    visit("training_jets", o.training_jets);
    visit("val_loss", o.val_loss);
    visit("val_accuracy", o.val_accuracy);
    visit("val_auc", o.val_auc);
    visit("val_rejection_30", o.val_rejection_30);
    visit("val_rejection_50", o.val_rejection_50);
    visit("jets_per_second", o.jets_per_second);
    visit("weights_hash", o.weights_hash);
  }
};

/// What a training that did not end well leaves in its folder: why.
std::string failure_file(const std::string& folder, const Trial& trial, TrialStatus status);

/// From the study's folder.
TrialOutcome read_outcome(const std::string& folder, const Trial& trial);

double monitored(const TrialOutcome& outcome, Monitor monitor);
/// Whether the training has one: it is done, or paused.
bool has_result(const TrialOutcome& outcome);

/// study.csv: a line a training.
std::string table_csv(const std::vector<Trial>& trials, const std::vector<TrialOutcome>& outcomes,
                      const std::vector<std::string>& keys);

/// A variant over its folds and seeds.
struct Ranked {
  std::string name;
  std::int64_t runs = 0;    ///< with a result
  std::int64_t epochs = 0;  ///< of the longest of them
  std::int64_t rung = 0;    ///< of a search, the epochs of the last one that it took part in
  double value = 0;         ///< mean of the monitored value; NaN: no run is done
  double spread = 0;        ///< its deviation from run to run (n - 1); NaN with one run
  double val_loss = 0;      ///< means
  double val_accuracy = 0;
  double val_auc = 0;

  template <class Self, class Visitor>
  static void fields(Self& r, Visitor& visit) {
    visit("name", r.name);
    visit("runs", r.runs);
    visit("epochs", r.epochs);
    visit("value", r.value);
    visit("spread", r.spread);
    visit("val_loss", r.val_loss);
    visit("val_accuracy", r.val_accuracy);
    visit("val_auc", r.val_auc);
  }
};

/// The best first; variants without a result last. `rungs`: of a search, the epochs of each training's last
/// one (empty: it is none); those are best that came furthest, and among these by their value.
std::vector<Ranked> rank(const std::vector<Trial>& trials, const std::vector<TrialOutcome>& outcomes,
                         Monitor monitor, const std::vector<std::int64_t>& rungs = {});

/// ranking.csv: a line a variant; its columns `value` and `spread` are called after the monitored value.
std::string ranking_csv(const std::vector<Ranked>& ranking, Monitor monitor);
/// For people.
std::string ranking_text(const std::vector<Ranked>& ranking, Monitor monitor);

}  // namespace jetrain

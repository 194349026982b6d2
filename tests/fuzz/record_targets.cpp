// Small texts that jetrain wrote, or a user: what a run left, the points of a scaling study, a study's
// config.

#include <algorithm>
#include <variant>

#include "report/run_record.hpp"
#include "run/run_directory.hpp"
#include "scaling/points.hpp"
#include "scratch.hpp"
#include "study/ranking.hpp"
#include "study/trials.hpp"
#include "targets.hpp"

namespace jetrain::fuzz {
namespace {

/// A run of two epochs that has ended.
RunDirectory make_run() {
  const RunDirectory run = RunDirectory::create(scratch_file() + "_run");
  run.write_config(to_yaml(small_config()));
  EpochRecord record;
  record.epoch = 1;
  record.loss = 0.5;
  record.validation.auc = 0.75;
  run.append_history(record);
  record.epoch = 2;
  record.loss = 0.25;
  run.append_history(record);
  RunResult result;
  result.weights_hash = "fdfb037c03413aa88aa215299deee37d";
  result.best = record;
  result.seconds = {{"read", 1.5}, {"train", 20.25}};
  run.write_result(result);
  return run;
}

std::vector<std::string> run_seeds() {
  const RunDirectory run = make_run();
  return {content_of(run.file("history.csv")), content_of(run.file("result.json"))};
}

/// JSON is the run's result, all else its history: as a report reads them, and as a study does.
Outcome try_run(const std::string& bytes) {
  static const RunDirectory run = make_run();
  const char* name = bytes.starts_with('{') ? "result.json" : "history.csv";
  const std::string good = content_of(run.file(name));
  put(bytes, run.file(name));
  Trial trial;
  trial.directory = scratch_file() + "_run";
  const Outcome outcome = outcome_of([&] {
    read_outcome("", trial);
    read_runs({trial.directory});
  });
  put(good, run.file(name));
  return outcome;
}

std::vector<std::string> point_seeds() {
  ScalingMeasurement measurement;
  measurement.weights_hash = "fdfb037c03413aa88aa215299deee37d";
  measurement.steps = 180;
  measurement.fma_gflops = 200;
  measurement.seconds = {{"read", 1.5}, {"train", 20.25}};
  measurement.communication.allreduce = {{1024, 1e-5}, {4096, 2e-5}};
  return {to_json(measurement)};
}

Outcome try_point(const std::string& text) {
  return outcome_of([&] { with_own_cores({measurement_from_json(text, "fuzz.json")}); });
}

std::vector<std::string> study_seeds() {
  const std::string start = std::string(kSmallConfig) + "study:\n  repeats: 2\n  folds: 3\n  family:\n";
  return {
      start +
          "    grid: {parameters: [{key: train.batch_size, values: [8, 16]}, {key: seed, values: [1, 2]}]}\n",
      start +
          "    random: {trials: 3, parameters: [{key: seed, integers: [1, 9]}, {key: "
          "train.optimizer.adam.learning_rate, log_uniform: [1e-4, 1e-2]}]}\n",
      start + "    variants: {variants: [{name: plain}, {name: small, set: [image.bins=4, seed=3]}]}\n",
      start +
          "    halving: {trials: 9, brackets: 0, sampling: sobol, parameters: [{key: seed, integers: [1, "
          "9]}]}\n",
      start + "    learning_curve: {training_jets: [100, 1000]}\n",
      start + "    grid: {parameters: [&p {key: seed, values: &v [1, 2]}, {key: image.bins, values: *v}]}\n"};
}

/// Many trainings are no fault; here they would only take time.
bool is_small(const StudyConfig& study) {
  const auto* random = std::get_if<RandomFamily>(&study.family.kind);
  const auto* halving = std::get_if<HalvingFamily>(&study.family.kind);
  return study.repeats * std::max<std::int64_t>(1, study.folds) <= 100 &&
         (random == nullptr || random->trials <= 100) && (halving == nullptr || halving->trials <= 20);
}

Outcome try_study(const std::string& text) {
  return outcome_of([&] {
    const Config config = parse_config(text, "fuzz.yaml", {}, false);
    if (is_small(config.study)) make_trials(config);
  });
}

}  // namespace

std::vector<Target> record_targets() {
  return {{"run", false, run_seeds, try_run},
          {"points", false, point_seeds, try_point},
          {"study", false, study_seeds, try_study}};
}

}  // namespace jetrain::fuzz

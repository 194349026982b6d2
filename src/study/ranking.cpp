#include "study/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "core/input_file.hpp"
#include "core/order_statistics.hpp"
#include "core/printable_text.hpp"
#include "core/record_csv.hpp"
#include "core/record_json.hpp"

namespace jetrain {
namespace {

/// JSON knows no infinity: of a tagger that has an AUC, a rejection that is null is infinite.
double rejection_of(double rejection, const TrialOutcome& outcome) {
  return std::isnan(rejection) && !std::isnan(outcome.val_auc) ? std::numeric_limits<double>::infinity()
                                                               : rejection;
}

}  // namespace

double monitored(const TrialOutcome& outcome, Monitor monitor) {
  switch (monitor) {
    case Monitor::val_loss:
      return outcome.val_loss;
    case Monitor::val_accuracy:
      return outcome.val_accuracy;
    case Monitor::val_auc:
      return outcome.val_auc;
    case Monitor::val_rejection_30:
      return rejection_of(outcome.val_rejection_30, outcome);
    case Monitor::val_rejection_50:
      return rejection_of(outcome.val_rejection_50, outcome);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

bool has_result(const TrialOutcome& outcome) {
  return outcome.status == TrialStatus::done || outcome.status == TrialStatus::paused;
}

std::string failure_file(const std::string& folder, const Trial& trial, TrialStatus status) {
  const char* const name = status == TrialStatus::failed ? "failed.txt" : "broken_off.txt";
  return (std::filesystem::path(folder) / trial.directory / name).string();
}

TrialOutcome read_outcome(const std::string& folder, const Trial& trial) {
  const std::filesystem::path path = std::filesystem::path(folder) / trial.directory;
  TrialOutcome outcome;
  for (const TrialStatus status : {TrialStatus::broken_off, TrialStatus::failed}) {
    if (std::filesystem::exists(failure_file(folder, trial, status))) outcome.status = status;
  }
  const std::optional<std::string> text = try_read_whole((path / "result.json").string());
  if (!text) return outcome;
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return outcome;
  read_known(json, outcome);
  if (json.contains("best")) read_known(json["best"], outcome);
  const bool paused = json.contains("paused") && json["paused"] == true;
  outcome.status = paused ? TrialStatus::paused : TrialStatus::done;
  outcome.jets_per_second = std::round(outcome.jets_per_second);
  return outcome;
}

std::string table_csv(const std::vector<Trial>& trials, const std::vector<TrialOutcome>& outcomes,
                      const std::vector<std::string>& keys) {
  std::string text = "trial,name,";
  for (const std::string& key : keys) text += csv_quoted(key) + ",";
  text += fmt::format("seed,fold,{}\n", csv_header<TrialOutcome>());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Trial& trial = trials[i];
    text += fmt::format("{},{},", trial.directory, csv_quoted(trial.name));
    for (const std::string& value : trial.values) text += csv_quoted(value) + ",";
    text += fmt::format("{},{},{}\n", trial.config.seed, trial.fold() ? std::to_string(*trial.fold()) : "",
                        csv_line(outcomes[i], NotFinite::empty));
  }
  return text;
}

std::vector<Ranked> rank(const std::vector<Trial>& trials, const std::vector<TrialOutcome>& outcomes,
                         Monitor monitor, const std::vector<std::int64_t>& rungs) {
  struct Runs {
    std::vector<double> value, loss, accuracy, auc;
    std::int64_t epochs = 0;
    std::int64_t rung = 0;
  };
  std::vector<std::string> names;  // in the study's order
  std::map<std::string, Runs> by_name;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (by_name.find(trials[i].name) == by_name.end()) names.push_back(trials[i].name);
    Runs& runs = by_name[trials[i].name];
    if (!rungs.empty()) runs.rung = std::max(runs.rung, rungs[i]);
    if (!has_result(outcomes[i])) continue;
    runs.epochs = std::max(runs.epochs, outcomes[i].epochs);
    runs.value.push_back(monitored(outcomes[i], monitor));
    runs.loss.push_back(outcomes[i].val_loss);
    runs.accuracy.push_back(outcomes[i].val_accuracy);
    runs.auc.push_back(outcomes[i].val_auc);
  }
  std::vector<Ranked> ranking;
  for (const std::string& name : names) {
    const Runs& runs = by_name[name];
    ranking.push_back({name, std::ssize(runs.value), runs.epochs, runs.rung, mean(runs.value),
                       deviation(runs.value), mean(runs.loss), mean(runs.accuracy), mean(runs.auc)});
  }
  const double sign = smaller_is_better(monitor) ? 1 : -1;
  std::stable_sort(ranking.begin(), ranking.end(), [&](const Ranked& a, const Ranked& b) {
    if (std::isnan(a.value) || std::isnan(b.value)) return !std::isnan(a.value) && std::isnan(b.value);
    if (a.rung != b.rung) return a.rung > b.rung;
    return sign * a.value < sign * b.value;
  });
  return ranking;
}

std::string ranking_csv(const std::vector<Ranked>& ranking, Monitor monitor) {
  std::string text = "rank";
  for (const std::string& column : csv_columns<Ranked>()) {
    if (column == "value")
      text += fmt::format(",{}", monitor);
    else if (column == "spread")
      text += fmt::format(",{}_spread", monitor);
    else
      text += "," + column;
  }
  text += "\n";
  for (std::size_t i = 0; i < ranking.size(); ++i)
    text += fmt::format("{},{}\n", i + 1, csv_line(ranking[i], NotFinite::empty));
  return text;
}

std::string ranking_text(const std::vector<Ranked>& ranking, Monitor monitor) {
  std::size_t width = 8;
  for (const Ranked& r : ranking) width = std::max(width, printable_line(r.name).size());
  std::string text = fmt::format("{:>4}  {:<{}}  {:>4}  {:>6}  {:>20}  {:>8}  {:>8}  {:>8}\n", "rank", "name",
                                 width, "runs", "epochs", monitor, "val_loss", "val_acc", "val_auc");
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const Ranked& r = ranking[i];
    const std::string value = std::isnan(r.value)    ? "no result"
                              : std::isnan(r.spread) ? fmt::format("{:.4f}", r.value)
                                                     : fmt::format("{:.4f} +- {:.4f}", r.value, r.spread);
    text += fmt::format("{:>4}  {:<{}}  {:>4}  {:>6}  {:>20}  {:>8.4f}  {:>8.4f}  {:>8.4f}\n", i + 1,
                        printable_line(r.name), width, r.runs, r.epochs, value, r.val_loss, r.val_accuracy,
                        r.val_auc);
  }
  return text;
}

}  // namespace jetrain

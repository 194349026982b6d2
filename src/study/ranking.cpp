#include "study/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

namespace jetrain {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "";
}

double monitored(const TrialOutcome& outcome, Monitor monitor) {
  switch (monitor) {
    case Monitor::val_loss:
      return outcome.val_loss;
    case Monitor::val_accuracy:
      return outcome.val_accuracy;
    case Monitor::val_auc:
      return outcome.val_auc;
  }
  return kUnknown;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? kUnknown : sum / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  if (values.size() < 2) return kUnknown;
  const double centre = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace

TrialOutcome read_outcome(const std::string& folder, const Trial& trial) {
  const std::filesystem::path path = std::filesystem::path(folder) / trial.directory;
  TrialOutcome outcome{"not run yet", 0, 0, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, ""};
  if (std::filesystem::exists(path / "failed.txt")) outcome.status = "failed";
  std::ifstream in(path / "result.json");
  if (!in) return outcome;
  const nlohmann::json json = nlohmann::json::parse(in, nullptr, false);
  if (json.is_discarded()) return outcome;
  const auto value = [](const nlohmann::json& from, const char* key) {
    return from.contains(key) && from[key].is_number() ? from[key].get<double>() : kUnknown;
  };
  const nlohmann::json best = json.value("best", nlohmann::json::object());
  outcome.status = "done";
  outcome.best_epoch = json.value("best_epoch", std::int64_t{0});
  outcome.training_jets = json.value("training_jets", std::int64_t{0});
  outcome.val_loss = value(best, "val_loss");
  outcome.val_accuracy = value(best, "val_accuracy");
  outcome.val_auc = value(best, "val_auc");
  outcome.val_rejection_30 = value(best, "val_rejection_30");
  outcome.jets_per_second = value(json, "jets_per_second");
  outcome.weights_hash = json.value("weights_hash", std::string());
  return outcome;
}

std::string table_csv(const std::vector<Trial>& trials, const std::vector<TrialOutcome>& outcomes,
                      const std::vector<std::string>& keys) {
  std::string text = "trial,name,";
  for (const std::string& key : keys) text += quoted(key) + ",";
  text +=
      "seed,fold,status,best_epoch,training_jets,val_loss,val_accuracy,val_auc,val_rejection_30,"
      "jets_per_second,weights_hash\n";
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Trial& trial = trials[i];
    const TrialOutcome& o = outcomes[i];
    text += fmt::format("{},{},", trial.directory, quoted(trial.name));
    for (const std::string& value : trial.values) text += quoted(value) + ",";
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", trial.config.seed,
                        trial.fold < 0 ? "" : std::to_string(trial.fold), o.status, o.best_epoch,
                        o.training_jets, number(o.val_loss), number(o.val_accuracy), number(o.val_auc),
                        number(o.val_rejection_30), number(std::round(o.jets_per_second)), o.weights_hash);
  }
  return text;
}

std::vector<Ranked> rank(const std::vector<Trial>& trials, const std::vector<TrialOutcome>& outcomes,
                         Monitor monitor) {
  struct Runs {
    std::vector<double> value, loss, accuracy, auc;
  };
  std::vector<std::string> names;  // in the study's order
  std::map<std::string, Runs> by_name;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (by_name.find(trials[i].name) == by_name.end()) names.push_back(trials[i].name);
    Runs& runs = by_name[trials[i].name];
    if (outcomes[i].status != "done") continue;
    runs.value.push_back(monitored(outcomes[i], monitor));
    runs.loss.push_back(outcomes[i].val_loss);
    runs.accuracy.push_back(outcomes[i].val_accuracy);
    runs.auc.push_back(outcomes[i].val_auc);
  }
  std::vector<Ranked> ranking;
  for (const std::string& name : names) {
    const Runs& runs = by_name[name];
    ranking.push_back({name, std::ssize(runs.value), mean(runs.value), deviation(runs.value), mean(runs.loss),
                       mean(runs.accuracy), mean(runs.auc)});
  }
  const double sign = monitor == Monitor::val_loss ? 1 : -1;
  std::stable_sort(ranking.begin(), ranking.end(), [&](const Ranked& a, const Ranked& b) {
    if (std::isnan(a.value) || std::isnan(b.value)) return !std::isnan(a.value) && std::isnan(b.value);
    return sign * a.value < sign * b.value;
  });
  return ranking;
}

std::string ranking_csv(const std::vector<Ranked>& ranking, Monitor monitor) {
  std::string text = fmt::format("rank,name,runs,{0},{0}_spread,val_loss,val_accuracy,val_auc\n", monitor);
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const Ranked& r = ranking[i];
    text += fmt::format("{},{},{},{},{},{},{},{}\n", i + 1, quoted(r.name), r.runs, number(r.value),
                        number(r.spread), number(r.val_loss), number(r.val_accuracy), number(r.val_auc));
  }
  return text;
}

std::string ranking_text(const std::vector<Ranked>& ranking, Monitor monitor) {
  std::size_t width = 8;
  for (const Ranked& r : ranking) width = std::max(width, r.name.size());
  std::string text = fmt::format("{:>4}  {:<{}}  {:>4}  {:>20}  {:>8}  {:>8}  {:>8}\n", "rank", "name", width,
                                 "runs", monitor, "val_loss", "val_acc", "val_auc");
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const Ranked& r = ranking[i];
    const std::string value = std::isnan(r.value)    ? "no result"
                              : std::isnan(r.spread) ? fmt::format("{:.4f}", r.value)
                                                     : fmt::format("{:.4f} +- {:.4f}", r.value, r.spread);
    text += fmt::format("{:>4}  {:<{}}  {:>4}  {:>20}  {:>8.4f}  {:>8.4f}  {:>8.4f}\n", i + 1, r.name, width,
                        r.runs, value, r.val_loss, r.val_accuracy, r.val_auc);
  }
  return text;
}

}  // namespace jetrain

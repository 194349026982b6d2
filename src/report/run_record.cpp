#include "report/run_record.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "jetrain/error.hpp"
#include "report/short_names.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw DataError(fmt::format("cannot read {}: is its folder the --out of a training?", path));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A line of history.csv, with the columns of RunDirectory. False where it is none.
bool parse_epoch(const std::string& line, EpochRecord& record) {
  std::array<double, 9> values{};
  const char* at = line.c_str();
  for (std::size_t i = 0; i < values.size(); ++i) {
    char* end = nullptr;
    values[i] = std::strtod(at, &end);
    if (end == at || *end != (i + 1 < values.size() ? ',' : '\0')) return false;
    at = end + 1;
  }
  record.epoch = std::llround(values[0]);
  record.loss = values[1];
  record.accuracy = values[2];
  record.validation.loss = values[3];
  record.validation.accuracy = values[4];
  record.validation.auc = values[5];
  record.learning_rate = values[6];
  record.seconds = values[7];
  record.jets_per_second = values[8];
  return true;
}

std::vector<EpochRecord> read_history(const std::string& path) {
  std::istringstream lines(read_file(path));
  std::string line;
  std::getline(lines, line);  // the names of the columns
  std::vector<EpochRecord> history;
  for (std::int64_t number = 2; std::getline(lines, line); ++number) {
    EpochRecord record;
    if (!parse_epoch(line, record))
      throw DataError(fmt::format("{}:{}: not a line of a training's history: {}", path, number, line));
    history.push_back(record);
  }
  return history;
}

/// JSON has null where there was no number.
double number(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

RunResult read_result(const std::string& path) {
  RunResult r;
  const std::string text = read_file(path);
  try {
    const auto json = nlohmann::json::parse(text);
    const auto& best = json.at("best");
    r.weights_hash = json.at("weights_hash").get<std::string>();
    r.best.epoch = json.at("best_epoch").get<std::int64_t>();
    r.best.loss = number(best.at("loss"));
    r.best.accuracy = number(best.at("accuracy"));
    r.best.validation.loss = number(best.at("val_loss"));
    r.best.validation.accuracy = number(best.at("val_accuracy"));
    r.best.validation.auc = number(best.at("val_auc"));
    r.best.validation.rejection_30 = number(best.at("val_rejection_30"));
    r.best.validation.rejection_50 = number(best.at("val_rejection_50"));
    r.epochs = json.at("epochs").get<std::int64_t>();
    r.parameters = json.at("parameters").get<std::int64_t>();
    r.training_jets = json.at("training_jets").get<std::int64_t>();
    r.validation_jets = json.at("validation_jets").get<std::int64_t>();
    r.skipped_rows = json.at("skipped_rows").get<std::int64_t>();
    r.ranks = json.at("ranks").get<int>();
    r.threads = json.at("threads").get<int>();
    r.jets_per_second = number(json.at("jets_per_second"));
    r.peak_rss_bytes = json.at("peak_rss_bytes").get<std::int64_t>();
    for (const auto& [phase, seconds] : json.at("seconds").items()) r.seconds[phase] = number(seconds);
  } catch (const nlohmann::json::exception& error) {
    throw DataError(fmt::format("{} is not a training's result: {}", path, error.what()));
  }
  return r;
}

}  // namespace

std::vector<RunRecord> read_runs(const std::vector<std::string>& paths) {
  const std::vector<std::string> names = short_names(paths);
  std::vector<RunRecord> runs;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string& path = paths[i];
    RunRecord run;
    run.path = path;
    run.name = names[i];
    const auto file = [&](const char* name) { return (fs::path(path) / name).string(); };
    run.yaml = read_file(file("config.yaml"));
    run.config = parse_config(run.yaml, file("config.yaml"), {}, false);
    run.history = read_history(file("history.csv"));
    run.ended = RunDirectory::holds_result(path);
    if (run.ended) run.result = read_result(file("result.json"));
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace jetrain

#include "run/run_directory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/output_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// All that a run has in its folder: files, and folders.
std::vector<fs::path> own_files(const std::string& path) {
  std::vector<fs::path> files;
  for (const char* name :
       {"config.yaml", "history.csv", "result.json", "best.h5", "log.txt", "test_set_used.txt"})
    files.push_back(fs::path(path) / name);
  files.emplace_back(RunDirectory::checkpoints(path));
  files.emplace_back(RunDirectory::events(path));
  return files;
}

/// JSON has no infinity (no background passed) and no NaN.
nlohmann::json number(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

nlohmann::ordered_json to_json(const std::vector<Straggler>& stragglers) {
  auto list = nlohmann::ordered_json::array();
  for (const Straggler& s : stragglers) {
    list.push_back({{"epoch", s.epoch},
                    {"rank", s.rank},
                    {"host", s.host},
                    {"phase", s.phase},
                    {"seconds", s.seconds},
                    {"factor", s.factor}});
    if (s.others > 0) list.back()["others"] = s.others;
  }
  return list;
}

/// {} is the shortest text that reads back to the same double.
std::string history_line(const EpochRecord& r) {
  return fmt::format("{},{},{},{},{},{},{},{:.3f},{:.1f}\n", r.epoch, r.loss, r.accuracy, r.validation.loss,
                     r.validation.accuracy, r.validation.auc, r.learning_rate, r.seconds, r.jets_per_second);
}

}  // namespace

void RunDirectory::require_free(const std::string& path, bool may_hold_run) {
  for (const fs::path& own : own_files(path)) {
    if (!may_hold_run && fs::exists(own)) {
      throw UsageError(
          fmt::format("{} already holds a run ({}): choose another --out, --resume it, or --overwrite it",
                      path, own.filename().string()));
    }
  }
  fs::path existing = fs::absolute(path);
  while (!fs::exists(existing)) existing = existing.parent_path();
  if (!fs::is_directory(existing)) {
    throw DataError(
        fmt::format("cannot make the run directory {}: {} is not a folder", path, existing.string()));
  }
  if (access(existing.c_str(), W_OK | X_OK) != 0) {
    throw DataError(fmt::format("cannot write the run directory {}: {}: {}", path, existing.string(),
                                std::strerror(errno)));
  }
}

bool RunDirectory::holds_result(const std::string& path) {
  return fs::exists(fs::path(path) / "result.json");
}

RunDirectory::RunDirectory(std::string path, const std::vector<EpochRecord>& history)
    : path_(std::move(path)) {
  std::string text =
      "epoch,loss,accuracy,val_loss,val_accuracy,val_auc,learning_rate,seconds,jets_per_second\n";
  for (const EpochRecord& record : history) text += history_line(record);
  write_text(file("history.csv"), text);
}

RunDirectory RunDirectory::create(std::string path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw DataError(fmt::format("cannot make the run directory {}: {}", path, failure.message()));
  for (const fs::path& own : own_files(path)) fs::remove_all(own, failure);
  return RunDirectory(std::move(path), {});
}

RunDirectory RunDirectory::reopen(std::string path, const std::vector<EpochRecord>& history) {
  std::error_code ignored;
  fs::remove(fs::path(path) / "result.json", ignored);  // of a run that ended, and now goes on
  return RunDirectory(std::move(path), history);
}

void RunDirectory::write_config(const std::string& yaml) const {
  write_text(file("config.yaml"), yaml);
}

void RunDirectory::append_history(const EpochRecord& record) const {
  append_text(file("history.csv"), history_line(record));
}

void RunDirectory::write_result(const RunResult& r) const {
  const nlohmann::ordered_json json = {{"weights_hash", r.weights_hash},
                                       {"best_epoch", r.best.epoch},
                                       {"epochs", r.epochs},
                                       {"best",
                                        {{"loss", number(r.best.loss)},
                                         {"accuracy", number(r.best.accuracy)},
                                         {"val_loss", number(r.best.validation.loss)},
                                         {"val_accuracy", number(r.best.validation.accuracy)},
                                         {"val_auc", number(r.best.validation.auc)},
                                         {"val_rejection_30", number(r.best.validation.rejection_30)},
                                         {"val_rejection_50", number(r.best.validation.rejection_50)}}},
                                       {"parameters", r.parameters},
                                       {"training_jets", r.training_jets},
                                       {"validation_jets", r.validation_jets},
                                       {"skipped_rows", r.skipped_rows},
                                       {"ranks", r.ranks},
                                       {"threads", r.threads},
                                       {"jets_per_second", number(r.jets_per_second)},
                                       {"peak_rss_bytes", r.peak_rss_bytes},
                                       {"seconds", r.seconds},
                                       {"stragglers", to_json(r.stragglers)}};
  write_text(file("result.json"), json.dump(2) + "\n");
}

}  // namespace jetrain

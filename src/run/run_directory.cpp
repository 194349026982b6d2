#include "run/run_directory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/output_file.hpp"
#include "jetrain/error.hpp"
#include "run/history_csv.hpp"

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
  write_text(file("history.csv"), history_text(history));
}

void RunDirectory::make_folder(const std::string& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw DataError(fmt::format("cannot make the run directory {}: {}", path, failure.message()));
}

RunDirectory RunDirectory::create(std::string path) {
  make_folder(path);
  std::error_code failure;
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

void RunDirectory::write_result(const RunResult& result) const {
  write_text(file("result.json"), result_text(result));
}

}  // namespace jetrain

#include "study/trial_state.hpp"

#include <exception>
#include <filesystem>

#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "run/history_csv.hpp"

namespace jetrain {

namespace fs = std::filesystem;

std::vector<EpochRecord> read_history(const std::string& folder, const Trial& trial) {
  const std::string path = (fs::path(folder) / trial.directory / "history.csv").string();
  const auto text = try_read_whole(path);
  return text ? parse_history(*text, path) : std::vector<EpochRecord>();
}

bool is_done(const std::string& folder, const Trial& trial) {
  return has_reached(folder, trial, 0);
}

/// A training that goes on has no result; its history says how far it came before.
bool has_reached(const std::string& folder, const Trial& trial, std::int64_t epochs) {
  const fs::path run = fs::path(folder) / trial.directory;
  if (fs::exists(run / "result.json")) {
    const TrialOutcome outcome = read_outcome(folder, trial);
    return outcome.status != TrialStatus::paused || (epochs > 0 && outcome.epochs >= epochs);
  }
  const std::vector<EpochRecord> history =
      epochs > 0 ? read_history(folder, trial) : std::vector<EpochRecord>();
  return !history.empty() && history.back().epoch > epochs;
}

bool has_failed(const std::string& folder, const Trial& trial) {
  return fs::exists(failure_file(folder, trial, TrialStatus::failed));
}

bool has_ended(const std::string& folder, const Trial& trial, std::int64_t epochs) {
  return has_reached(folder, trial, epochs) || has_failed(folder, trial) ||
         fs::exists(failure_file(folder, trial, TrialStatus::broken_off));
}

void forget_failures(const std::string& folder, const Trial& trial) {
  std::error_code ignored;
  for (const TrialStatus status : {TrialStatus::failed, TrialStatus::broken_off})
    fs::remove(failure_file(folder, trial, status), ignored);
}

void note_failure(const std::string& folder, const Trial& trial, TrialStatus status, const std::string& why) {
  try {
    std::error_code ignored;
    fs::create_directories(fs::path(folder) / trial.directory, ignored);  // it may not have had one
    write_text(failure_file(folder, trial, status), why + "\n");
  } catch (const std::exception&) {
  }
}

}  // namespace jetrain

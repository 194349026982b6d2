#include "study/trial_state.hpp"

#include <exception>
#include <filesystem>

#include "core/output_file.hpp"

namespace jetrain {

namespace fs = std::filesystem;

bool is_done(const std::string& folder, const Trial& trial) {
  return fs::exists(fs::path(folder) / trial.directory / "result.json");
}

bool has_failed(const std::string& folder, const Trial& trial) {
  return fs::exists(failure_file(folder, trial, TrialStatus::failed));
}

bool has_ended(const std::string& folder, const Trial& trial) {
  return is_done(folder, trial) || has_failed(folder, trial) ||
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

#include "app/study_folder.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "dataset/unsaid_rows.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// Removes what an earlier study left; nothing else that may be there.
void clear_folder(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("trial_") || name == "study.yaml" || name == "study.csv" || name == "ranking.csv" ||
        name == "study.html" || name == "ensemble.h5" || name == "ensemble.json")
      fs::remove_all(entry.path(), ignored);
  }
}

/// What an older jetrain began is not gone on with where its members do not say which jets they train on: the
/// others might be dealt other ones.
void require_said_rows(const std::string& folder, const std::vector<Trial>& trials) {
  for (const Trial& trial : trials) {
    const std::string member = (fs::path(folder) / trial.directory / "config.yaml").string();
    if (!fs::exists(member)) continue;
    if (unsaid_rows(member, parse_stored_config(read_whole(member), member)).empty()) return;
    throw UsageError(fmt::format(
        "{} was begun by an older jetrain, whose members do not say which jets they are trained on: "
        "choose another --out, or --overwrite it",
        folder));
  }
}

}  // namespace

void keep_study(const std::string& folder, const std::string& file, const Config& config) {
  const fs::path kept = fs::path(folder) / file;
  const std::string text = to_yaml(config);
  if (fs::exists(kept)) {
    const Config stored = parse_stored_config(read_whole(kept.string()), kept.string());
    if (to_yaml(stored) == text) return;
    const std::vector<std::string> keys = differing_keys(stored, config);
    throw UsageError(
        fmt::format("{} holds a study with another config ({}): choose another --out, or --overwrite it",
                    folder, keys.empty() ? "study" : keys.front()));
  }
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) throw DataError(fmt::format("cannot make the folder {}: {}", folder, failure.message()));
  write_text(kept.string(), text);
}

void enter_study(const std::string& folder, bool overwrite, const Config& config,
                 const std::vector<Trial>& trials, std::optional<StudyLocks>& locks) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) throw DataError(fmt::format("cannot make the folder {}: {}", folder, failure.message()));
  locks.emplace(folder);
  locks->take_tables();                                            // others that begin now wait
  if (overwrite && fs::exists(fs::path(folder) / "study.yaml")) {  // else it is no study's
    if (!locks->enter_alone())
      throw UsageError(fmt::format(
          "--overwrite: another process is at work in {}: end it first, or choose another --out", folder));
    clear_folder(folder);
  }
  locks->enter();
  Config comparable = config;
  comparable.study.groups = 1;  // how ranks are shared out changes no result
  keep_study(folder, "study.yaml", comparable);
  require_said_rows(folder, trials);
  locks->give_back_tables();
}

}  // namespace jetrain

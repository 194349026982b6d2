#include "dataset/unsaid_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "core/input_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

std::optional<StudyConfig> study_above(const fs::path& member) {
  try {
    const std::string path = (member.parent_path() / "study.yaml").string();
    const auto text = try_read_whole(path, kLongestConfig);
    if (!text) return std::nullopt;
    return parse_stored_config(*text, path).study;
  } catch (const Error&) {  // it is no study's, or says nothing
    return std::nullopt;
  }
}

}  // namespace

std::vector<std::string> unsaid_rows(const std::string& file, const Config& config) {
  std::error_code failure;
  const fs::path member = fs::canonical(file, failure).parent_path();
  const std::string name = member.filename().string();
  std::int64_t number = 0;  // as in Trial::directory
  if (failure || std::sscanf(name.c_str(), "trial_%ld", &number) != 1 || number < 0) return {};
  const std::optional<StudyConfig> study = study_above(member);
  if (!study) return {};

  // Members are numbered by variants, then seeds, then folds.
  std::vector<std::string> keys;
  if (study->folds > 0 && config.data.split.folds == 0) {
    keys.push_back(fmt::format("data.split.folds={}", study->folds));
    keys.push_back(fmt::format("data.split.fold={}", number % study->folds));
  }
  const auto* curve = std::get_if<LearningCurveFamily>(&study->family.kind);
  if (curve != nullptr && config.data.limit.training_jets == 0) {
    const auto variant =
        static_cast<std::size_t>(number / std::max<std::int64_t>(1, study->folds) / study->repeats);
    if (variant < curve->training_jets.size())
      keys.push_back(fmt::format("data.limit.training_jets={}", curve->training_jets[variant]));
  }
  return keys;
}

}  // namespace jetrain

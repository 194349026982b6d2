#include "app/study_folder.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

void keep_study(const std::string& folder, const std::string& file, const Config& config) {
  namespace fs = std::filesystem;
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

}  // namespace jetrain

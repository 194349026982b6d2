#include "dataset/sample_cache.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/output_file.hpp"
#include "core/stopwatch.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// A cache is overwritten when it is stale; the data must never be.
void refuse_data_files(const DataConfig& data) {
  for (const auto* files : {&data.files, &data.train_files, &data.validation_files, &data.test_files}) {
    for (const std::string& file : *files) {
      std::error_code absent;
      if (fs::equivalent(data.cache, file, absent))
        throw UsageError(fmt::format("data.cache: {} is a data file: name another file", data.cache));
    }
  }
}

bool all_see_file(const std::string& path, const Communicator& comm) {
  std::error_code absent;
  return comm.min(std::int64_t{fs::is_regular_file(path, absent)}) == 1;
}

}  // namespace

LoadedSamples load_through_cache(const Config& config, const std::vector<Set>& wanted,
                                 const Communicator& comm, const std::function<LoadedSamples()>& load,
                                 const Say& say) {
  const std::string& path = config.data.cache;
  comm.agree([&] { refuse_data_files(config.data); });
  // Before the data are read: if they change meanwhile, the cache is stale from its beginning.
  const std::string key = sample_cache_key(config, wanted, comm);
  if (all_see_file(path, comm)) {
    try {
      LoadedSamples loaded = read_sample_cache(
          path, key, wanted, [&](Set set) { return stored_layout(config, set); }, comm);
      if (comm.is_root()) remove_leftovers(path);
      return loaded;
    } catch (const CollectiveError& error) {
      if (error.status() == ExitStatus::usage) throw;
      say(LogLevel::info, fmt::format("{}; rebuilding", error.what()));
    }
  }
  LoadedSamples loaded = load();
  try {
    const Stopwatch watch;
    write_sample_cache(path, key, wanted, loaded, comm);
    say(LogLevel::info, fmt::format("wrote the image cache {} in {:.1f} s", path, watch.seconds()));
  } catch (const CollectiveError& error) {
    say(LogLevel::warning, fmt::format("no image cache: {}", error.what()));
  }
  return loaded;
}

}  // namespace jetrain

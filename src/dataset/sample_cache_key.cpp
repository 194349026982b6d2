#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "dataset/sample_cache.hpp"

namespace jetrain {
namespace {

/// Raised when samples get other bits, or the file another form.
constexpr int kFormatVersion = 2;

std::string describe_files(const std::vector<std::string>& files) {
  std::string text;
  for (const std::string& file : files) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0) {
      text += fmt::format("file {} absent\n", file);
    } else {
      text += fmt::format("file {} {} bytes modified {}.{:09}\n", file, status.st_size, status.st_mtim.tv_sec,
                          status.st_mtim.tv_nsec);
    }
  }
  return text;
}

/// The settings of data and image and, where it matters, the seed; all others have their defaults.
std::string describe_settings(const Config& config) {
  Config relevant;
  relevant.data = config.data;
  relevant.data.cache.clear();
  relevant.image = config.image;
  relevant.augmentation = config.augmentation;
  if (config.data.split.method == SplitMethod::random) relevant.seed = config.seed;
  return settings_yaml(relevant);
}

std::string describe_inputs(const Config& config, const std::vector<Set>& wanted) {
  const DataConfig& data = config.data;
  // Hashed, so that no word of it may change: it would make every cache stale.
  std::string text = fmt::format("jetrain image cache {}\n", kFormatVersion);
  for (const Set set : wanted) text += fmt::format("set {}\n", set_name(set));
  for (const auto* files : {&data.files, &data.train_files, &data.validation_files, &data.test_files})
    text += describe_files(*files);
  return text + describe_settings(config);
}

}  // namespace

std::string sample_cache_key(const Config& config, const std::vector<Set>& wanted, const Communicator& comm) {
  std::string key;
  comm.agree([&] {
    if (!comm.is_root()) return;
    const std::string text = describe_inputs(config, wanted);
    const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
    key = fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  });
  return comm.broadcast(key);
}

}  // namespace jetrain

#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>

#include "core/input_file.hpp"
#include "core/uninterrupted.hpp"
#include "dataset/sample_cache.hpp"

namespace jetrain {
namespace {

/// Raised when samples get other bits, or the file another form.
constexpr int kFormatVersion = 2;

std::string describe_files(const std::vector<std::string>& files) {
  std::string text;
  for (const std::string& file : files) {
    struct stat status {};
    if (uninterrupted([&] { return stat(file.c_str(), &status); }) != 0) {
      // Of a file that cannot be looked at it is not known whether a cache is of its state.
      if (errno != ENOENT && errno != ENOTDIR)
        throw ReadError(fmt::format("cannot read {}: {}", file, std::strerror(errno)));
      text += fmt::format("file {} absent\n", file);
    } else {
      text += fmt::format("file {} {} bytes modified {}.{:09}\n", file, status.st_size, status.st_mtim.tv_sec,
                          status.st_mtim.tv_nsec);
    }
  }
  return text;
}

/// What stood behind the settings of images when the first caches were made, of whatever else a config had
/// then. Hashed, so that no word of it may change.
constexpr const char* kOtherSettings = R"(model:
  layers:
    []
  initializer: auto
  regularizer:
    l1: 0
    l2: 0
train:
  loss: {cross_entropy: {label_smoothing: 0, class_weights: []}}
  optimizer: {adam: {learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-07}}
  schedule: constant
  warmup:
    epochs: 0
    start_factor: 0
  lr_scaling: none
  lr_base_batch_size: 50
  clip:
    value: 0
    norm: 0
  average:
    decay: 0
  batch_size: 50
  epochs: 10
  shuffle: global
  allreduce: hierarchical
  straggler_factor: 1.5
  stall_seconds: 300
validation:
  ranks: root
early_stopping:
  enabled: true
  monitor: val_loss
  patience: 2
  min_delta: 0
  restore_best: true
checkpoint:
  every_steps: 0
  every_seconds: 600
  keep: 2
log:
  tensorboard: false
  every_steps: 1
  every_epochs: 1
study:
  family: single
  folds: 0
  repeats: 1
  groups: 1
  monitor: val_loss
)";

/// The lines of one section of a config, and its name.
std::string section(const std::string& yaml, const std::string& name) {
  const std::size_t begin = yaml.find("\n" + name + ":\n") + 1;
  std::size_t end = yaml.find('\n', begin) + 1;
  while (end < yaml.size() && yaml[end] == ' ') end = yaml.find('\n', end) + 1;
  return yaml.substr(begin, end - begin);
}

/// A section without what is younger than caches are, where it says what was meant before there were these
/// keys: else every cache would be stale.
std::string without_younger_keys(std::string section, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (const std::size_t at = section.find("\n" + line + "\n"); at != std::string::npos)
      section.erase(at, line.size() + 1);
  }
  return section;
}

/// The same of jets as they stand in files, which is a section of its own.
std::string without_default_jets(std::string section, const JetsConfig& jets) {
  if (jets != JetsConfig{}) return section;
  const std::size_t begin = section.find("\n  jets:\n") + 1;
  std::size_t end = section.find('\n', begin) + 1;
  while (section.compare(end, 4, "    ") == 0) end = section.find('\n', end) + 1;
  return section.erase(begin, end - begin);
}

/// The settings that samples depend on: of data, of what is made of a row and, where it matters, the seed.
/// What the network sees of constituents, and their augmentation, comes after the store.
std::string describe_settings(const Config& config) {
  Config relevant;
  relevant.data = config.data;
  relevant.data.cache.clear();
  relevant.image = config.image;
  relevant.augmentation = config.augmentation;
  if (config.draws_rows() && config.data.split.seed < 0) relevant.seed = config.seed;
  relevant.data.signal.clear();
  const std::string yaml = settings_yaml(relevant);
  const std::string data = fmt::format(
      "seed: {}\n{}", relevant.seed,
      without_younger_keys(
          without_default_jets(section(yaml, "data"), config.data.jets),
          {"    folds: 0", "    fold: 0", "    seed: -1", "    training_jets: 0",
           "    layout: channels_first", "  preset: top_tagging", "  table: \"\"", "  unsorted: sort",
           "  weights: \"\"", "  negative_weights: error", "  classes:\n    []", "  signal: \"\""}));
  switch (config.input) {
    case InputKind::constituents:
      return data + fmt::format("input: {}\nmost: {}\n", config.input, config.constituents.most);
    case InputKind::image:
    case InputKind::arrays:
      break;
  }
  const char* jets = config.train.reweight.used() ? "with the jets' sums\n" : "";
  return data + without_younger_keys(section(yaml, "image"), {"  version: 1"}) +
         without_younger_keys(section(yaml, "augmentation"), {"  drop: 0"}) + jets + kOtherSettings;
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

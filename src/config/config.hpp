#pragma once

/// \file
/// The experiment, as one plain struct with defaults in place. `load_config` fills it from YAML, `to_yaml`
/// writes it out with every default spelled out; training from that text gives the same bits.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "config/layers.hpp"
#include "config/pictures.hpp"
#include "config/study.hpp"
#include "config/training.hpp"
#include "config/words.hpp"
#include "core/allreduce.hpp"

namespace jetrain {

struct SplitConfig {
  SplitMethod method = SplitMethod::tail;
  double validation = 0.3;  ///< fraction of the rows (tail, random)
  double test = 0.0;        ///< fraction of the rows (tail: those just before the validation rows; random)
};

struct LimitConfig {
  std::int64_t jets = 0;  ///< 0: all
  LimitTake take = LimitTake::balanced;
};

/// Plain HDF5 arrays instead of jets: `features` (N, F) or (N, C, H, W), `labels` (N) or, one-hot, (N, K)
/// whole numbers; floating-point (N) or (N, K) labels are the targets of a regression. `shape` and `targets`
/// are read from the file where they are not given, and written into the model.
struct ArraysConfig {
  std::string features;             ///< name of the dataset; "": the files hold jets
  std::string labels;               ///< name of the dataset
  std::vector<std::int64_t> shape;  ///< of one sample: [F] or [C, H, W]
  std::int64_t targets = 0;         ///< values a sample; 0: labels are classes

  bool used() const { return !features.empty(); }
};

struct DataConfig {
  std::vector<std::string> files;             ///< for tail, random, column
  std::vector<std::string> train_files;       ///< for split.method files
  std::vector<std::string> validation_files;  ///< for split.method files
  std::vector<std::string> test_files;        ///< for split.method files, optional
  SplitConfig split;
  ArraysConfig arrays;
  std::vector<HighLevelFeature> high_level;  ///< features of a jet beside its image, see jets/high_level.hpp
  LimitConfig limit;                         ///< taken before the split; with `files`, of each set
  BadRow on_bad_row = BadRow::error;
  std::string cache;  ///< an HDF5 file that keeps the images of `train` for its next run; "": none. It is
                      ///< made where it is missing, and again where the data or the settings have changed.

  /// With split.method files.
  const std::vector<std::string>& files_of(Set set) const {
    return set == Set::train ? train_files : set == Set::validation ? validation_files : test_files;
  }
};

struct ModelConfig {
  std::vector<LayerConfig> layers;
  InitializerConfig initializer;  ///< of all kernels whose layer does not name its own
  RegularizerConfig regularizer;  ///< of all kernels; a layer's own is added to it
};

struct TrainConfig {
  LossConfig loss;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  WarmupConfig warmup;
  RateScaling lr_scaling = RateScaling::none;  ///< for another batch than lr_base_batch_size
  std::int64_t lr_base_batch_size = 50;
  ClipConfig clip;
  AverageConfig average;
  std::int64_t batch_size = 50;  ///< of the global batch, whatever the ranks
  std::int64_t epochs = 10;
  Shuffle shuffle = Shuffle::global;
  Allreduce allreduce = Allreduce::hierarchical;
  double straggler_factor = 1.5;     ///< a rank slower than the median by more than this is named; 0: none is
  std::int64_t stall_seconds = 300;  ///< without progress on a rank before the job is ended; 0: for ever
};

struct ValidationConfig {
  ValidationRanks ranks = ValidationRanks::root;
};

struct EarlyStoppingConfig {
  bool enabled = true;
  Monitor monitor = Monitor::val_loss;
  std::int64_t patience = 2;  ///< epochs without improvement before the end
  double min_delta = 0.0;     ///< what counts as an improvement
  bool restore_best = true;   ///< keep the best epoch's weights; else the last epoch's
};

struct CheckpointConfig {
  std::int64_t every_steps = 0;      ///< 0: not by steps
  std::int64_t every_seconds = 600;  ///< 0: not by time
  std::int64_t keep = 2;             ///< the newest that stay on disk
};

/// Beside the run's own files. Changes no result.
struct LogConfig {
  bool tensorboard = false;       ///< event files in RUN/tensorboard
  std::int64_t every_steps = 1;   ///< values of a step, after each so many; 0: not by steps
  std::int64_t every_epochs = 1;  ///< histograms and images of the weights, after each so many; 0: none
};

struct Config {
  std::uint64_t seed = 1;
  DataConfig data;
  ImageConfig image;
  AugmentationConfig augmentation;
  ModelConfig model;
  TrainConfig train;
  ValidationConfig validation;
  EarlyStoppingConfig early_stopping;
  CheckpointConfig checkpoint;
  LogConfig log;
  StudyConfig study;
};

/// Parses YAML `text`. `name` is the file's name for messages; `assignments` are the `--set key=value` words,
/// applied after the file. Unknown keys, wrong types and impossible values throw UsageError "NAME:LINE: key:
/// what; what to do". With `data_required` false, a config without data files is accepted (summary, a stored
/// model).
Config parse_config(const std::string& text, const std::string& name,
                    const std::vector<std::string>& assignments = {}, bool data_required = true);

/// Every config that is written begins with `version`. Where a key gets another meaning, this is raised, and
/// the reader told what lower versions meant. A config without one is a person's, or older than versions
/// were: 1.
inline constexpr std::int64_t kConfigVersion = 1;

/// The whole config as YAML, every default spelled out; parse_config(to_yaml(c)) gives c again.
std::string to_yaml(const Config& config);
/// Without the version: what configs are compared by.
std::string settings_yaml(const Config& config);

/// The dotted keys whose values differ, in the config's order; of lists, the element:
/// model.layers[2].dense.units.
std::vector<std::string> differing_keys(const Config& a, const Config& b);

}  // namespace jetrain

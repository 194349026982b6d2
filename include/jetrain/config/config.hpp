#pragma once

/// \file
/// The experiment, as one plain struct with defaults in place. `load_config` fills it from YAML, `to_yaml`
/// writes it out with every default spelled out; training from that text gives the same bits.

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "jetrain/jets/image.hpp"

namespace jetrain {

struct SplitConfig {
  std::string method = "tail";  ///< tail | random | column | files
  double validation = 0.3;      ///< fraction of the rows (tail, random)
  double test = 0.0;  ///< fraction of the rows (tail: those just before the validation rows; random)
};

struct LimitConfig {
  std::int64_t jets = 0;          ///< 0: all
  std::string take = "balanced";  ///< balanced: the first jets/2 of each class; leading: the first rows
};

struct DataConfig {
  std::vector<std::string> files;             ///< for tail, random, column
  std::vector<std::string> train_files;       ///< for split.method files
  std::vector<std::string> validation_files;  ///< for split.method files
  std::vector<std::string> test_files;        ///< for split.method files, optional
  SplitConfig split;
  LimitConfig limit;                 ///< taken before the split; with `files`, of each set
  std::string on_bad_row = "error";  ///< error | skip
  std::string cache;  ///< an HDF5 file that keeps the images of `train` for its next run; "": none. It is
                      ///< made where it is missing, and again where the data or the settings have changed.
};

struct Conv2dConfig {
  std::int64_t filters = 0;
  std::array<std::int64_t, 2> kernel{0, 0};  ///< rows, columns
  std::string padding = "valid";             ///< valid | same
  std::string activation = "linear";         ///< linear | relu
};
struct MaxPool2dConfig {
  std::int64_t size = 2;
};
struct FlattenConfig {};
struct DenseConfig {
  std::int64_t units = 0;
  std::string activation = "linear";  ///< linear | relu | softmax (last layer only)
};
struct ReluConfig {};
struct SoftmaxConfig {};

using LayerConfig =
    std::variant<Conv2dConfig, MaxPool2dConfig, FlattenConfig, DenseConfig, ReluConfig, SoftmaxConfig>;

struct ModelConfig {
  std::vector<LayerConfig> layers;
};

struct AdamConfig {  ///< defaults as in Keras
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
};
using OptimizerConfig = std::variant<AdamConfig>;

struct TrainConfig {
  std::string loss = "cross_entropy";
  OptimizerConfig optimizer;
  std::int64_t batch_size = 50;  ///< of the global batch, whatever the ranks
  std::int64_t epochs = 10;
  std::string shuffle = "global";    ///< global | local | none
  std::int64_t stall_seconds = 300;  ///< without progress on a rank before the job is ended; 0: for ever
};

struct ValidationConfig {
  std::string ranks = "root";  ///< root | all
};

struct EarlyStoppingConfig {
  bool enabled = true;
  std::string monitor = "val_loss";  ///< val_loss | val_accuracy | val_auc
  std::int64_t patience = 2;         ///< epochs without improvement before the end
  double min_delta = 0.0;            ///< what counts as an improvement
  bool restore_best = true;          ///< keep the best epoch's weights; else the last epoch's
};

struct CheckpointConfig {
  std::int64_t every_steps = 0;      ///< 0: not by steps
  std::int64_t every_seconds = 600;  ///< 0: not by time
  std::int64_t keep = 2;             ///< the newest that stay on disk
};

struct Config {
  std::uint64_t seed = 1;
  DataConfig data;
  ImageConfig image;
  ModelConfig model;
  TrainConfig train;
  ValidationConfig validation;
  EarlyStoppingConfig early_stopping;
  CheckpointConfig checkpoint;
};

/// Parses YAML `text`. `name` is the file's name for messages; `assignments` are the `--set key=value` words,
/// applied after the file. Unknown keys, wrong types and impossible values throw UsageError "NAME:LINE: key:
/// what; what to do". With `data_required` false, a config without data files is accepted (summary, a stored
/// model).
Config parse_config(const std::string& text, const std::string& name,
                    const std::vector<std::string>& assignments = {}, bool data_required = true);

/// The whole config as YAML, every default spelled out; parse_config(to_yaml(c)) gives c again.
std::string to_yaml(const Config& config);

/// The dotted keys whose values differ, in the config's order; of lists, the element:
/// model.layers[2].dense.units.
std::vector<std::string> differing_keys(const Config& a, const Config& b);

}  // namespace jetrain

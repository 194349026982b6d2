#pragma once

/// \file
/// The experiment, as one plain struct with defaults in place. Each part says its keys, their meanings and
/// what they may be in its `fields`: reader, writer and reference (config/config_reference.hpp) come from
/// that. `parse_config` fills it from YAML, `to_yaml` writes it out with every default spelled out; training
/// from that text gives the same bits.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/constituents.hpp"
#include "config/data.hpp"
#include "config/layers.hpp"
#include "config/pictures.hpp"
#include "config/study.hpp"
#include "config/training.hpp"

namespace jetrain {

struct ModelConfig {
  std::vector<LayerConfig> layers;
  InitializerConfig initializer;
  RegularizerConfig regularizer;
  void fields(auto& visit) {
    visit("layers", layers, "the network, from its input to its output; required");
    visit("initializer", initializer, "of all kernels whose layer does not name its own");
    visit("regularizer", regularizer, "of all kernels; a layer's own is added to it");
  }
};

struct Config {
  std::uint64_t seed = 1;
  DataConfig data;
  InputKind input = InputKind::image;
  ImageConfig image;
  ConstituentsConfig constituents;
  AugmentationConfig augmentation;
  ModelConfig model;
  TrainConfig train;
  ValidationConfig validation;
  EarlyStoppingConfig early_stopping;
  CheckpointConfig checkpoint;
  LogConfig log;
  StudyConfig study;
  void fields(auto& visit) {
    visit("seed", seed,
          "of initial weights, the order of the jets, dropout, augmentation, and of what `data.split.seed` "
          "says");
    visit("data", data, "Which jets, and which of them train.");
    visit("input", input, "what the network sees of a row");
    visit(
        "image", image,
        "The picture that is made of a jet; the defaults are the notebook's. With `input: constituents` for "
        "the report's pictures only.");
    visit("constituents", constituents, "What is made of a jet with `input: constituents`.");
    visit("augmentation", augmentation,
          "Of training jets, anew in each epoch: of images before binning, of constituents about their axis, "
          "where pT and mass are kept.");
    visit("model", model, "The network.");
    visit("train", train, "How its weights are found.");
    visit("validation", validation, "After each epoch.");
    visit("early_stopping", early_stopping, "When the end is reached before the last epoch.");
    visit("checkpoint", checkpoint, "What a run can be resumed from.");
    visit("log", log, "Beside the run's own files; changes no result.");
    visit("study", study, "For `jetrain study`; a training by itself does not look at it.");
  }

  /// Whether the split's seed decides which set a row belongs to.
  bool draws_rows() const {
    return data.split.method == SplitMethod::random || data.split.folds > 0 || data.limit.training_jets > 0;
  }
  std::uint64_t split_seed() const {
    return data.split.seed < 0 ? seed : static_cast<std::uint64_t>(data.split.seed);
  }
};

/// Every config that is written begins with `version`. Where a key, or its absence, gets another meaning,
/// this is raised, and the reader told what lower versions meant:
///   1  without image.version the image is that of version 1
///   2  now
/// A config without one is a person's, and means what it would mean now; what a program stored (a model, a
/// checkpoint, a run's config.yaml) without one is older than versions were: 1.
inline constexpr std::int64_t kConfigVersion = 2;

/// In bytes, far above what anybody needs.
inline constexpr std::size_t kLongestConfig = std::size_t{16} << 20;

/// Parses YAML `text`. `name` is the file's name for messages; `assignments` are the `--set key=value` words,
/// applied after the file. Unknown keys, wrong types and impossible values throw UsageError "NAME:LINE: key:
/// what; what to do". With `data_required` false, a config without data files is accepted (summary, a stored
/// model).
Config parse_config(const std::string& text, const std::string& name,
                    const std::vector<std::string>& assignments = {}, bool data_required = true);

/// Parses what `to_yaml` wrote, now or at the time of an older version; data files need not be named.
Config parse_stored_config(const std::string& text, const std::string& name);

/// The whole config as YAML, every default spelled out; parse_config(to_yaml(c)) gives c again.
std::string to_yaml(const Config& config);
/// Without the version: what configs are compared by.
std::string settings_yaml(const Config& config);

/// The dotted keys whose values differ, in the config's order; of lists, the element:
/// model.layers[2].dense.units.
std::vector<std::string> differing_keys(const Config& a, const Config& b);

}  // namespace jetrain

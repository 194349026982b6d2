#pragma once

/// \file
/// The settings of data: which files, which rows of them, and which rows train.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "config/jets.hpp"
#include "config/pictures.hpp"
#include "config/rules.hpp"
#include "config/words.hpp"

namespace jetrain {

struct SplitConfig {
  SplitMethod method = SplitMethod::tail;
  double validation = 0.3;
  double test = 0.0;
  std::int64_t folds = 0;
  std::int64_t fold = 0;
  std::int64_t seed = -1;
  void fields(auto& visit) {
    visit("method", method, "which rows train, validate and test");
    visit("validation", validation, "share of the rows that validates (`tail`, `random`)", rules::fraction());
    visit("test", test,
          "share of the rows for tests (`tail`: those just before the validation rows; `random`)",
          rules::fraction());
    visit(
        "folds", folds,
        "the training and validation rows, however they were found, are dealt out anew to so many folds of a "
        "cross-validation; 0: not",
        rules::folds());
    visit("fold", fold, "the fold that validates; the others train", rules::between(0, 999));
    visit("seed", seed,
          "of what is drawn: `random`, folds, `data.limit.training_jets`; -1: `seed`, so that another one "
          "draws other rows",
          rules::at_least(-1));
  }
};

struct LimitConfig {
  std::int64_t jets = 0;
  LimitTake take = LimitTake::balanced;
  std::int64_t training_jets = 0;
  void fields(auto& visit) {
    visit("jets", jets, "use so many jets only, taken before the split (with `files`, of each set); 0: all",
          rules::at_least(0));
    visit("take", take, "which of them");
    visit("training_jets", training_jets,
          "train on so many of the training set only, drawn after the split, fewer of them among the more; "
          "validation and tests stay as they are; 0: all",
          rules::at_least(0));
  }
};

/// Plain HDF5 arrays instead of jets. Shape and targets are read from the file where they are not given, and
/// written into the model.
struct ArraysConfig {
  std::string features;
  std::string labels;
  std::vector<std::int64_t> shape;
  std::int64_t targets = 0;
  ArrayLayout layout = ArrayLayout::channels_first;
  void fields(auto& visit) {
    visit(
        "features", features,
        "dataset of plain arrays in the files, (N, F), (N, H, W) of one channel, or (N, C, H, W); none: they "
        "hold jets");
    visit(
        "labels", labels,
        "dataset of classes, as numbers or names (N) or (N, 1), or one-hot (N, K), whatever their type; with "
        "train.loss mean_squared_error or mean_absolute_error, floating-point (N) or (N, K) are the targets "
        "of "
        "a regression");
    visit("shape", shape, "of one sample; none: as the file has it",
          rules::Rule{"[features] or [channels, rows, columns], each from 1 to 65536",
                      [](const std::vector<std::int64_t>& shape_given) {
                        const bool good = shape_given.empty() ||
                                          ((shape_given.size() == 1 || shape_given.size() == 3) &&
                                           std::all_of(shape_given.begin(), shape_given.end(),
                                                       [](std::int64_t n) { return n >= 1 && n <= 65536; }));
                        return good ? std::string()
                                    : std::string("must be [features] or [channels, rows, columns]");
                      }});
    visit("targets", targets,
          "values a sample of a regression; 0: as the file has it, with a cross entropy none: labels are "
          "classes",
          rules::between(0, 65536));
    visit("layout", layout,
          "order of the axes of images in the files; `shape` has the channels first in any case");
  }

  bool used() const { return !features.empty(); }
};

struct DataConfig {
  std::vector<std::string> files;
  std::vector<std::string> train_files;
  std::vector<std::string> validation_files;
  std::vector<std::string> test_files;
  SplitConfig split;
  JetPreset preset = JetPreset::top_tagging;
  JetsConfig jets;
  std::string table;
  Unsorted unsorted = Unsorted::sort;
  ArraysConfig arrays;
  std::vector<std::string> classes;
  std::string signal;
  std::vector<HighLevelFeature> high_level;
  LimitConfig limit;
  std::string weights;
  NegativeWeights negative_weights = NegativeWeights::error;
  BadRow on_bad_row = BadRow::error;
  std::string cache;
  void fields(auto& visit) {
    visit("files", files,
          "HDF5 or .npz files, for `tail`, `random` and `column`; read as one, in this order; `~` and "
          "patterns (`*`, "
          "`?`, "
          "`[a-z]`) become names, sorted; required there");
    visit("train_files", train_files, "for `files`, required there");
    visit("validation_files", validation_files, "for `files`, required there");
    visit("test_files", test_files, "for `files`, optional");
    visit("split", split, "into sets");
    visit("preset", preset, "which columns of the files hold what, in one word");
    visit("jets", jets, "the same column by column; what is given here stands instead of the preset's");
    visit(
        "table", table,
        "pandas' key, or the path of a compound dataset, that names in `jets` without a path are columns of; "
        "none: the only one");
    visit("unsorted", unsorted, "what jets do whose constituents do not descend in pT");
    visit("arrays", arrays, "instead of jets");
    visit(
        "classes", classes,
        "names of the classes 0, 1, ..., for tables and columns, and what labels that are text are told by; "
        "none: QCD and top of jets, else class 0, class 1, ...",
        rules::class_names());
    visit("signal", signal, "the class whose output is the score, and that 1/eps_B is of; none: the last");
    visit("high_level", high_level, "features of the jet beside its image, joined by a `features` layer");
    visit("limit", limit, "of their number");
    visit("weights", weights,
          "how much each row counts in the loss and in all figures: a column of the files; only their ratios "
          "matter, and a row of weight 0 is not trained on; none: the preset's, where it has one, else all "
          "count the same; the word `none`: all do in any case");
    visit("negative_weights", negative_weights, "what a weight below 0 does");
    visit("on_bad_row", on_bad_row, "what a row with NaN or infinite momenta, or such a weight, does");
    visit("cache", cache,
          "an HDF5 file that keeps the images, or sets, of `train` for its next run; made where it is "
          "missing, and "
          "again where "
          "the data or the settings have changed");
  }

  /// Features of a jet beside its image, or set: those of high_level, then the files' own.
  std::int64_t jet_features() const { return std::ssize(high_level) + std::ssize(jets.jet_columns); }
  /// Whether rows have weights of their own.
  bool weighted() const {
    return weights.empty() ? preset == JetPreset::atlas_top_tagging : weights != "none";
  }
  /// With split.method files.
  const std::vector<std::string>& files_of(Set set) const {
    return set == Set::train ? train_files : set == Set::validation ? validation_files : test_files;
  }
};

}  // namespace jetrain

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <set>

#include "config/assignment.hpp"
#include "config/config.hpp"
#include "config/jet_presets.hpp"
#include "config/map_reader.hpp"
#include "config/nearest_name.hpp"
#include "config/origins.hpp"
#include "config/row_layout.hpp"
#include "config/training_rules.hpp"
#include "config/yaml_text.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

void refuse_duplicate_keys(const YAML::Node& node, const std::string& key, const Origins& origins) {
  if (node.IsSequence()) {
    for (const auto& entry : node) refuse_duplicate_keys(entry, key, origins);
  }
  if (!node.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const auto name = entry.first.as<std::string>("?");
    const std::string dotted = key.empty() ? name : key + "." + name;
    if (!seen.insert(name).second) origins.fail(dotted, entry.first, "stands twice; keep one of them");
    refuse_duplicate_keys(entry.second, dotted, origins);
  }
}

/// Takes `version` out of the tree, where it stands; else it is `absent`.
std::int64_t take_version(YAML::Node root, std::int64_t absent, const Origins& origins) {
  const YAML::Node node = root["version"];
  if (!node.IsDefined()) return absent;
  std::int64_t version = 0;
  MapReader::read(node, "version", version, origins);
  if (version > kConfigVersion)
    origins.fail(
        "version", node,
        fmt::format("{} was written by a newer jetrain, and this one knows no version above {}: use the "
                    "newer one",
                    version, kConfigVersion));
  if (version < 1) origins.fail("version", node, fmt::format("must be at least 1, not {}", version));
  root.remove("version");
  return version;
}

/// What is not said means what it meant to the version that wrote the config; see kConfigVersion.
Config defaults_of(std::int64_t version) {
  Config config;
  if (version < 2) config.image.version = 1;
  return config;
}

/// Jets have momenta, and sets where the split wants them.
void check_jets(const DataConfig& data, const std::function<void(const char*)>& fail) {
  std::string wrong;
  try {
    const JetMapping mapping = jet_mapping(data);
    if (data.split.method == SplitMethod::column && mapping.columns.set.empty())
      wrong = "data.split.method column needs data.jets.set, the column that says which rows train";
  } catch (const UsageError& error) {
    wrong = error.what();
  }
  if (!wrong.empty()) fail(wrong.c_str());
}

/// What a setting outside of data.arrays may be depends on what the rows are.
void check_rows(const Config& config, const std::function<void(const char*)>& fail) {
  const DataConfig& data = config.data;
  switch (row_layout(data)) {
    case RowLayout::jet_table:
      if (!data.arrays.labels.empty()) fail("data.arrays.labels: is given without data.arrays.features");
      check_jets(data, fail);
      break;
    case RowLayout::arrays:
      if (data.arrays.labels.empty())
        fail("data.arrays.labels: is missing; name the dataset beside data.arrays.features");
      if (data.split.method == SplitMethod::column)
        fail("data.split.method column needs jets; plain arrays have no such column");
      if (data.preset != JetPreset::top_tagging || data.jets != JetsConfig{})
        fail(
            "data.preset and data.jets: are of jets, but data.arrays.features names plain arrays: leave out "
            "one of the two");
      if (!data.high_level.empty()) fail("data.high_level: is of jets; plain arrays have none");
      if (config.augmentation.used()) fail("augmentation: is of jets; plain arrays have no constituents");
      break;
  }
}

/// Two ways to say one thing must not say two.
void check_stopping(const EarlyStoppingConfig& stopping,
                    const std::function<void(const std::string&)>& fail) {
  const std::vector<PatienceConfig>& several = stopping.monitors;
  for (std::size_t i = 0; i < several.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (several[i].monitor == several[j].monitor)
        fail(fmt::format("early_stopping.monitors: names {} twice", several[i].monitor));
    }
  }
  const PatienceConfig single{stopping.monitor, stopping.patience, stopping.min_delta};
  if (!several.empty() && single != PatienceConfig{})
    fail(
        "early_stopping.monitors: stands in place of monitor, patience and min_delta: leave these out, and "
        "give each of monitors its own");
  const auto without_monitor = [&](const char* key, const auto& threshold) {
    if (!threshold.monitor && threshold.value != 0)
      fail(fmt::format("early_stopping.{0}.value: is given without early_stopping.{0}.monitor", key));
    if (threshold.monitor && threshold.value == 0)
      fail(fmt::format("early_stopping.{0}.monitor: {1} is given without early_stopping.{0}.value", key,
                       *threshold.monitor));
  };
  if (!stopping.hopeless.monitor && stopping.hopeless.after_epochs != HopelessConfig{}.after_epochs)
    fail("early_stopping.hopeless.after_epochs: is given without early_stopping.hopeless.monitor");
  if (stopping.best && !stopping.restore_best)
    fail(
        "early_stopping.best: chooses an epoch, but restore_best: false keeps the last one: leave out one of "
        "the two");
  without_monitor("reached", stopping.reached);
  without_monitor("hopeless", stopping.hopeless);
}

/// What chooses among another model's weights needs that model.
void check_start(const StartConfig& start, const std::function<void(const std::string&)>& fail) {
  if (start.used()) return;
  if (!start.layers.empty() || !start.except.empty())
    fail(fmt::format("train.start.{}: is given without train.start.model, the file whose weights are taken",
                     start.layers.empty() ? "except" : "layers"));
}

/// A config without `input` is one of arrays where it names them: all were before there was that key.
void settle_input(const YAML::Node& root, Config& config) {
  if (config.data.arrays.used() && !root["input"].IsDefined()) config.input = InputKind::arrays;
}

/// What goes with which input.
void check_input(const Config& config, const std::function<void(const std::string&)>& fail) {
  const bool arrays = config.data.arrays.used();
  if (config.input == InputKind::arrays && !arrays)
    fail("input: arrays needs data.arrays.features, the name of the dataset in the files");
  if (config.input != InputKind::arrays && arrays)
    fail(fmt::format(
        "input: {} is made of jets, but data.arrays.features names plain arrays: leave out one of "
        "the two",
        config.input));
  if (config.input == InputKind::constituents) return;
  if (config.constituents != ConstituentsConfig{})
    fail(fmt::format("constituents: is used with input: constituents only, and input is {}", config.input));
  if (config.augmentation.drop > 0)
    fail("augmentation.drop: is of sets; with images use smear and smear_pt, or say input: constituents");
}

/// Features of constituents see columns that are read.
void check_columns(const Config& config, const std::function<void(const std::string&)>& fail) {
  const std::vector<std::string>& columns = config.data.jets.constituent_columns;
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (std::find(columns.begin(), column, *column) != column)
      fail(fmt::format("data.jets.constituent_columns: names {} twice", *column));
  }
  for (const ConstituentFeatureConfig& wanted : config.constituents.features) {
    if (wanted.column() == nullptr) continue;
    const std::string& name = wanted.column()->name;
    if (name.empty())
      fail("constituents.features: a column is without name, one of data.jets.constituent_columns");
    if (std::find(columns.begin(), columns.end(), name) != columns.end()) continue;
    const std::string meant = nearest_name(name, columns);
    fail(fmt::format("constituents.features: column {} is none of data.jets.constituent_columns ({}){}", name,
                     columns.empty() ? "which names none" : fmt::format("{}", fmt::join(columns, ", ")),
                     meant.empty() ? "" : fmt::format(": did you mean {}?", meant)));
  }
}

/// Reweighting needs jets, and bins that say by what.
void check_reweighting(const Config& config, const std::function<void(const std::string&)>& fail) {
  const ReweightConfig& reweight = config.train.reweight;
  const bool bins = reweight.bins.pt.used() || reweight.bins.mass.used();
  if (!reweight.used()) {
    if (bins) fail("train.reweight.bins: is given, but not train.reweight.to: flat, or the class to follow");
    return;
  }
  if (!bins) fail("train.reweight: needs bins.pt or bins.mass, or both, in GeV");
  if (config.data.arrays.used())
    fail("train.reweight: is by pT and mass of jets; plain arrays have none: give data.weights");
  constexpr std::int64_t kMostBins = 100'000;
  if (reweight.bins.pt.bins() * reweight.bins.mass.bins() > kMostBins)
    fail(fmt::format("train.reweight.bins: {} x {} are more than {} bins", reweight.bins.pt.bins(),
                     reweight.bins.mass.bins(), kMostBins));
}

/// A teacher's probabilities are of classes.
void check_teacher(const TrainConfig& train, const std::function<void(const std::string&)>& fail) {
  const TeacherConfig& teacher = train.teacher;
  if (!teacher.used()) {
    if (teacher != TeacherConfig{})
      fail("train.teacher: says neither scores, a file of its probabilities, nor model, its model file");
    return;
  }
  if (!teacher.scores.empty() && !teacher.model.empty())
    fail("train.teacher: has both scores and model: leave out one of them");
  std::visit(
      [&](const auto& loss) {
        if constexpr (!requires { loss.label_smoothing; })
          fail(fmt::format("train.teacher: gives probabilities of classes, but the loss is {}", loss.kName));
      },
      train.loss.kind);
}

/// The signal is one of the classes; of two, labels say which is which.
void check_signal(const DataConfig& data, const std::function<void(const std::string&)>& fail) {
  if (data.signal.empty()) return;
  const auto found = std::find(data.classes.begin(), data.classes.end(), data.signal);
  if (found == data.classes.end())
    fail(fmt::format("data.signal: {} is none of data.classes ({})", data.signal,
                     fmt::join(data.classes, ", ")));
  if (data.classes.size() == 2 && found == data.classes.begin())
    fail(fmt::format(
        "data.signal: of two classes the signal is class 1, which data.classes calls {}; leave it out",
        data.classes[1]));
}

void check_folds(const DataConfig& data, const std::function<void(const std::string&)>& fail) {
  const SplitConfig& split = data.split;
  if (split.folds == 0) {
    if (split.fold != 0)
      fail(fmt::format("data.split.fold: {} is given without data.split.folds, how many there are",
                       split.fold));
    return;
  }
  if (split.fold >= split.folds)
    fail(fmt::format("data.split.fold: must be from 0 to {} with data.split.folds: {}, not {}",
                     split.folds - 1, split.folds, split.fold));
  if (split.method == SplitMethod::files && data.limit.jets > 0)
    fail(
        "data.limit.jets: is of each set with data.split.method files, but data.split.folds makes one of "
        "two: "
        "leave out one of these keys (data.limit.training_jets goes with folds)");
}

/// Rules that join several keys.
void check_together(const Config& config, const std::string& name, bool data_required) {
  const auto fail = [&](const std::string& what) { throw UsageError(fmt::format("{}: {}", name, what)); };
  const DataConfig& data = config.data;
  if (config.model.layers.empty()) fail("model.layers: is missing; name the network's layers");
  if (data.split.validation + data.split.test >= 1) {
    fail("data.split: validation and test together must leave rows to train on (their sum must be below 1)");
  }
  check_folds(data, fail);
  check_input(config, fail);
  check_columns(config, fail);
  check_rows(config, fail);
  check_signal(data, fail);
  check_training(config.train, fail);
  check_stopping(config.early_stopping, fail);
  check_start(config.train.start, fail);
  check_reweighting(config, fail);
  check_teacher(config.train, fail);
  if (!data_required) return;
  if (config.input == InputKind::image && !data.jets.constituent_columns.empty())
    fail("data.jets.constituent_columns: is of sets; with images leave it out, or say input: constituents");
  if (data.split.method == SplitMethod::files) {
    if (data.train_files.empty() || data.validation_files.empty()) {
      fail("data.split.method files needs data.train_files and data.validation_files");
    }
    if (!data.files.empty())
      fail("data.files: not used with data.split.method files; name train_files and validation_files");
  } else {
    if (data.files.empty())
      fail("data.files: is missing; name at least one HDF5 file (or --set data.files=FILE)");
    if (!data.train_files.empty() || !data.validation_files.empty() || !data.test_files.empty()) {
      fail("data.train_files, validation_files and test_files are used with data.split.method files only");
    }
  }
}

/// `unversioned`: the version of a config that does not say its own.
Config parse(const std::string& text, const std::string& name, const std::vector<std::string>& assignments,
             bool data_required, std::int64_t unversioned) {
  Origins origins(name);
  YAML::Node root;
  try {
    root = load_yaml(text, [&](int line, const std::string& what) {
      throw UsageError(line < 0 ? fmt::format("{}: {}", name, what)
                                : fmt::format("{}:{}: {}", name, line + 1, what));
    });
  } catch (const YAML::Exception& error) {
    throw UsageError(fmt::format("{}:{}: not valid YAML: {}", name, error.mark.line + 1, error.msg));
  }
  if (root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
  if (!root.IsMap())
    throw UsageError(fmt::format("{}:1: a config is made of sections (data, model, train, ...)", name));
  refuse_duplicate_keys(root, "", origins);
  for (const std::string& word : assignments) assign(root, word, origins);
  Config config = defaults_of(take_version(root, unversioned, origins));
  MapReader::read(root, "", config, origins);
  settle_input(root, config);
  check_together(config, name, data_required);
  return config;
}

}  // namespace

Config parse_config(const std::string& text, const std::string& name,
                    const std::vector<std::string>& assignments, bool data_required) {
  return parse(text, name, assignments, data_required, kConfigVersion);
}

Config parse_stored_config(const std::string& text, const std::string& name) {
  return parse(text, name, {}, false, 1);
}

}  // namespace jetrain

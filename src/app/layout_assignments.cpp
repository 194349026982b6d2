#include "app/layout_assignments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "jetrain/error.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {
namespace {

std::string key_of(const std::string& assignment) {
  return assignment.substr(0, assignment.find('='));
}

bool says_layout(const std::string& key) {
  return key == "data.preset" || key == "data.jets" || key.starts_with("data.jets.") || key == "data.table" ||
         key == "data.weights";
}

void require_layout(const std::vector<std::string>& assignments) {
  for (const std::string& one : assignments) {
    if (!says_layout(key_of(one)))
      throw UsageError(fmt::format(
          "--set {}: what can be set here is how jets stand in the files: data.preset, data.jets, "
          "data.table and data.weights",
          one));
  }
}

bool names_preset(const std::vector<std::string>& assignments) {
  return std::any_of(assignments.begin(), assignments.end(),
                     [](const std::string& one) { return key_of(one) == "data.preset"; });
}

/// Without what says how the training's files were read. That no weights count stays a wish.
void forget_layout(DataConfig& data) {
  JetsConfig jets;
  jets.jet_columns = data.jets.jet_columns;
  jets.constituent_columns = data.jets.constituent_columns;
  data.jets = jets;
  data.table.clear();
  if (data.weighted()) data.weights.clear();
}

void require_as_many(const char* key, const std::vector<std::string>& given,
                     const std::vector<std::string>& wanted, const char* of) {
  if (given.size() == wanted.size()) return;
  throw UsageError(fmt::format("--set data.jets.{}: this network sees {} columns of a {}, not {}", key,
                               wanted.size(), of, given.size()));
}

/// The network's columns of constituents have other names in these files: in the same order.
void rename_columns(Config& config, const std::vector<std::string>& given) {
  const std::vector<std::string> wanted = config.data.jets.constituent_columns;
  if (given.empty()) return;
  require_as_many("constituent_columns", given, wanted, "constituent");
  for (ConstituentFeatureConfig& feature : config.constituents.features) {
    auto* const column = std::get_if<ColumnFeature>(&feature.kind);
    if (column == nullptr) continue;
    const auto place = std::find(wanted.begin(), wanted.end(), column->name) - wanted.begin();
    column->name = given.at(static_cast<std::size_t>(place));
  }
}

}  // namespace

LayoutAssignments parse_layout(const std::vector<std::string>& assignments) {
  require_layout(assignments);
  return {parse_config("model: {layers: [flatten]}", "--set", assignments, false).data,
          names_preset(assignments)};
}

Config with_layout(const Config& config, const std::vector<std::string>& assignments) {
  if (assignments.empty()) return config;
  require_layout(assignments);
  if (!reads_jets(config.data))
    throw UsageError("--set: says how jets stand in files, but this model is of plain arrays");
  Config base = config;
  if (names_preset(assignments)) forget_layout(base.data);
  rename_columns(base, parse_layout(assignments).data.jets.constituent_columns);
  base.data.split = SplitConfig();  // which these files may have no column for
  Config changed = parse_config(to_yaml(base), "--set", assignments, false);
  changed.data.split = config.data.split;
  require_as_many("jet_columns", changed.data.jets.jet_columns, config.data.jets.jet_columns, "jet");
  return changed;
}

}  // namespace jetrain

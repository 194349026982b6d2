#include "run/start_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/class_names.hpp"
#include "core/word.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using Names = std::vector<std::string>;

std::string listed(const Names& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

bool has_kernel(const Node& node) {
  const std::vector<ParameterSpec> specs = node.layer->parameters();
  return std::any_of(specs.begin(), specs.end(),
                     [](const ParameterSpec& spec) { return spec.role == ParameterRole::kernel; });
}

/// Layers that are taken and whose weights belong to single values of this input: up to the first product,
/// an activation's channels are the input's.
Names standing_on(NetworkInput input, const StartPair& pair) {
  const Graph& graph = pair.graph;
  std::vector<bool> is_named(graph.activations.size());
  is_named[static_cast<std::size_t>(input)] = true;
  Names layers;
  for (const Node& node : graph.nodes) {
    const bool stands_on_it = std::any_of(node.inputs.begin(), node.inputs.end(),
                                          [&](const Edge& edge) { return is_named[edge.activation]; });
    if (!stands_on_it) continue;
    if (pair.taken.contains(node.name)) layers.push_back(node.name);
    is_named[node.output] = !has_kernel(node);
  }
  return layers;
}

/// Layers that are taken and whose outputs are the network's, but for layers without weights.
Names giving_outputs(const StartPair& pair) {
  const Graph& graph = pair.graph;
  std::vector<bool> is_output(graph.activations.size());
  is_output[graph.nodes.back().output] = true;
  Names layers;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (!is_output[node->output]) continue;
    if (node->parameter_count() == 0) {
      for (const Edge& edge : node->inputs) is_output[edge.activation] = true;
    } else if (pair.taken.contains(node->name)) {
      layers.push_back(node->name);
    }
  }
  return layers;
}

[[noreturn]] void refuse(const StartPair& pair, const std::string& what, const Names& layers) {
  throw UsageError(
      fmt::format("train.start.model: {}: {}, or let {} begin anew (--set 'train.start.except=[{}]')",
                  pair.path, what, fmt::join(layers, ", "), fmt::join(layers, ", ")));
}

void require_same_names(const StartPair& pair, NetworkInput input, const char* what, const Names& there,
                        const Names& here) {
  if (there == here) return;
  const Names layers = standing_on(input, pair);
  if (layers.empty()) return;
  refuse(pair, fmt::format("{}: there {}, here {}: say them as there", what, listed(there), listed(here)),
         layers);
}

Names constituent_features(const Config& config) {
  Names names;
  for (const ConstituentFeatureConfig& feature : config.constituents.features)
    names.push_back(feature.text());
  return names;
}

Names image_channels(const Config& config) {
  Names names;
  for (const ImageChannel channel : config.image.channels) names.emplace_back(word_of(channel).text);
  return names;
}

Names jet_features(const Config& config) {
  Names names;
  for (const HighLevelFeature feature : config.data.high_level) names.emplace_back(word_of(feature).text);
  names.insert(names.end(), config.data.jets.jet_columns.begin(), config.data.jets.jet_columns.end());
  return names;
}

void check_features(const StartPair& pair) {
  switch (pair.own.input) {
    case InputKind::image:
      require_same_names(pair, NetworkInput::sample, "the images have other channels, or in another order",
                         image_channels(pair.parent), image_channels(pair.own));
      break;
    case InputKind::constituents:
      require_same_names(pair, NetworkInput::sample,
                         "the constituents have other features, or in another order",
                         constituent_features(pair.parent), constituent_features(pair.own));
      break;
    case InputKind::arrays:
      return;  // which have no names
  }
  require_same_names(pair, NetworkInput::features, "the jets have other features, or in another order",
                     jet_features(pair.parent), jet_features(pair.own));
}

/// What is made of the jets before the network sees them; features and channels are looked at above.
bool makes_the_input(const std::string& key, InputKind input) {
  switch (input) {
    case InputKind::image:
      return key.starts_with("image.");
    case InputKind::constituents:
      return key.starts_with("constituents.");
    case InputKind::arrays:
      return key.starts_with("data.arrays.");
  }
  return false;
}

void check_classes(const StartPair& pair, std::vector<std::string>& notes) {
  const Names layers = giving_outputs(pair);
  if (layers.empty()) return;
  if (tells_classes(pair.parent.train.loss) != tells_classes(pair.own.train.loss))
    refuse(pair,
           tells_classes(pair.own.train.loss)
               ? "that network is a regression and this one tells classes apart: train with its loss"
               : "that network tells classes apart and this one is a regression: train with its loss",
           layers);
  if (!tells_classes(pair.own.train.loss)) return;
  const Shape& outputs = pair.graph.nodes.back().layer->output();
  const std::int64_t classes = std::max<std::int64_t>(2, outputs.size());
  const Names there = class_names(pair.parent.data, classes);
  const Names here = class_names(pair.own.data, classes);
  if (there == here) return;
  for (std::size_t k = 0; k < std::min(there.size(), here.size()); ++k) {
    const auto found = std::find(here.begin(), here.end(), there[k]);
    if (found != here.end() && static_cast<std::size_t>(found - here.begin()) != k)
      refuse(pair,
             fmt::format("the classes stand in another order: there {}, here {}: name them as there "
                         "(data.classes; labels that are text follow, numbers are to be changed)",
                         listed(there), listed(here)),
             layers);
  }
  notes.push_back(fmt::format(
      "the outputs of {} were trained for other classes: there {}, here {}; train.start.except lets {} begin "
      "anew",
      fmt::join(layers, ", "), listed(there), listed(here), fmt::join(layers, ", ")));
}

}  // namespace

void require_same_input(const Config& parent, const Config& own, const std::string& path) {
  if (parent.input == own.input) return;
  throw UsageError(
      fmt::format("train.start.model: {}: that network has input: {}, this one {}: the weights of one mean "
                  "nothing to the other; give a model of the same input",
                  path, word_of(parent.input).text, word_of(own.input).text));
}

std::vector<std::string> check_meaning(const StartPair& pair) {
  std::vector<std::string> notes;
  check_features(pair);
  check_classes(pair, notes);
  std::vector<std::string> keys = differing_keys(pair.parent, pair.own);
  std::erase_if(keys, [&](const std::string& key) { return !makes_the_input(key, pair.own.input); });
  if (!keys.empty())
    notes.push_back(fmt::format(
        "the input is made in another way than the one that these weights were trained on: {} differ",
        fmt::join(keys, ", ")));
  return notes;
}

}  // namespace jetrain

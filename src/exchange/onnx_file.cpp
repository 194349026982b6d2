#include "exchange/onnx_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "config/row_layout.hpp"
#include "exchange/onnx_network.hpp"

namespace jetrain {
namespace {

std::vector<std::string> feature_names(const DataConfig& data) {
  std::vector<std::string> names = words_of(data.high_level);
  names.insert(names.end(), data.jets.jet_columns.begin(), data.jets.jet_columns.end());
  return names;
}

nlohmann::ordered_json preprocessing_of_jets(const Config& config) {
  const ImageConfig& image = config.image;
  std::vector<std::string> steps{"constituents (E, px, py, pz) in GeV by descending pT, at most 200",
                                 "pT = sqrt(px^2 + py^2), eta = atanh(pz / |p|), phi = atan2(py, px)"};
  if (image.center)
    steps.emplace_back("subtract eta and phi of constituent 0; phi differences wrapped to [-pi, pi)");
  if (image.rotate)
    steps.emplace_back("with (a, b) the unit vector to constituent 1: u = a eta + b phi, w = -b eta + a phi");
  if (image.flip) steps.emplace_back("mirror w so that the half with more pT has positive w");
  steps.push_back(fmt::format("histogram over [-{0}, {0}]^2 in {1} x {1} pixels, u by rows, w by columns",
                              image.half_width, image.bins));
  switch (image.normalize) {
    case Normalization::max:
      steps.emplace_back("divide each channel by its largest pixel, if above 0");
      break;
    case Normalization::sum:
      steps.emplace_back("divide each channel by the sum of its pixels, if above 0");
      break;
    case Normalization::none:
      break;
  }
  return {{"input", "jet image"},
          {"bins", image.bins},
          {"channels", words_of(image.channels)},
          {"half_width", image.half_width},
          {"center", image.center},
          {"rotate", image.rotate},
          {"flip", image.flip},
          {"normalize", word_of(image.normalize).text},
          {"features", feature_names(config.data)},
          {"steps", steps}};
}

/// All of it happens in the graph.
nlohmann::ordered_json preprocessing_of_constituents(const Config& config) {
  std::vector<std::string> features;
  for (const ConstituentFeatureConfig& wanted : config.constituents.features) {
    const FeatureScaling& scaling = wanted.scaling();
    features.push_back(fmt::format("{}, x = {}: (x - {}) {}", wanted.text(),
                                   word_of(wanted.feature()).meaning, scaling.shift, scaling.scale));
    if (scaling.clip > 0)
      features.back() += fmt::format(", held between {} and {}", -scaling.clip, scaling.clip);
  }
  return {{"input", "jet constituents"},
          {"most", config.constituents.most},
          {"axis", word_of(config.constituents.axis).text},
          {"columns", config.data.jets.constituent_columns},
          {"features", feature_names(config.data)},
          {"in_the_graph", features}};
}

/// What has to happen to a row before the network sees it, for programs to read.
nlohmann::ordered_json preprocessing(const Config& config) {
  switch (row_layout(config.data)) {
    case RowLayout::jet_table:
      return config.input == InputKind::constituents ? preprocessing_of_constituents(config)
                                                     : preprocessing_of_jets(config);
    case RowLayout::arrays:
      return {{"input", "plain array"}, {"dataset", config.data.arrays.features}};
  }
  throw std::logic_error("no such layout of rows");
}

std::string description(const Config& config) {
  if (config.input != InputKind::constituents) return "a network of jetrain for inference";
  const std::int64_t most = config.constituents.most;
  const std::vector<std::string>& columns = config.data.jets.constituent_columns;
  return fmt::format(
      "A network of jetrain for inference. momenta (N, P, 4) are E, px, py, pz in GeV of each jet's "
      "constituents, in any order{}; mask (N, P) is above 0 where there is one.{}",
      most == 0 ? "" : fmt::format(", of which the leading {} by pT count", most),
      columns.empty() ? ""
                      : fmt::format(" columns (N, P, {}) are {}.", columns.size(), fmt::join(columns, ", ")));
}

}  // namespace

std::string onnx_bytes(const Config& config, const Model& model) {
  OnnxGraph graph(kOnnxIrVersion, kOnnxOpset, JETRAIN_VERSION);
  add_network(graph, model);
  graph.describe(description(config));
  graph.metadata("jetrain_version", JETRAIN_VERSION);
  graph.metadata("weights_hash", weights_hash(model.parameters()));
  graph.metadata("config", to_yaml(config));
  graph.metadata("preprocessing",
                 preprocessing(config).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  return graph.bytes();
}

}  // namespace jetrain

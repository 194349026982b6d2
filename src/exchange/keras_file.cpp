#include "exchange/keras_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "exchange/keras_config.hpp"
#include "exchange/keras_layers.hpp"
#include "exchange/keras_weights.hpp"
#include "exchange/outline_match.hpp"
#include "inference/model_file.hpp"
#include "io/attributes.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

std::string text_of(const std::vector<std::vector<std::int64_t>>& shapes) {
  std::string text;
  for (const auto& shape : shapes)
    text += fmt::format("{}({})", text.empty() ? "" : ", ", fmt::join(shape, ", "));
  return text;
}

std::vector<std::vector<std::int64_t>> shapes_of(const KerasLayer& layer) {
  std::vector<std::vector<std::int64_t>> shapes;
  for (const KerasWeight& weight : layer.weights) shapes.push_back(weight.shape);
  return shapes;
}

void require_equal(const KerasLayer& wanted, const StoredKerasLayer& stored, const std::string& path) {
  const std::vector<std::vector<std::int64_t>> shapes = shapes_of(wanted);
  if (shapes == stored.shapes) return;
  throw DataError(fmt::format(
      "{}: the layer {} has weights of the shapes {}, but the config's network has {} there, with {}: "
      "the config must describe the network that was saved",
      path, stored.name, text_of(stored.shapes), wanted.name, text_of(shapes)));
}

/// For each layer of ours, the one of the file that comes at its place; a group with the weights of several
/// is several.
std::vector<StoredKerasLayer> layers_in_order(const std::string& path, const std::vector<KerasLayer>& layers,
                                              const std::vector<StoredKerasGroup>& groups) {
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (!layers[i].weights.empty()) wanted.push_back(i);
  std::vector<StoredKerasLayer> found;
  for (const StoredKerasGroup& group : groups) {
    const bool is_next =
        found.size() < wanted.size() && group.whole.shapes == shapes_of(layers[wanted[found.size()]]);
    if (is_next || group.layers.size() == 1) {
      found.push_back(group.whole);
    } else {
      require_order(group, path);
      found.insert(found.end(), group.layers.begin(), group.layers.end());
    }
  }
  for (std::size_t i = 0; i < std::min(wanted.size(), found.size()); ++i)
    require_equal(layers[wanted[i]], found[i], path);
  if (wanted.size() != found.size()) {
    const bool more = found.size() > wanted.size();
    throw DataError(fmt::format("{} has {} layers with weights, but the config's network has {}: {} is {}",
                                path, found.size(), wanted.size(),
                                more ? found[wanted.size()].name : layers[wanted[found.size()]].name,
                                more ? "too much" : "missing"));
  }
  std::vector<StoredKerasLayer> all(layers.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) all[wanted[i]] = std::move(found[i]);
  return all;
}

/// The same by what the file says of its layers.
std::vector<StoredKerasLayer> layers_by_name(const std::string& path, const Model& model,
                                             const std::vector<KerasLayer>& layers,
                                             const std::vector<StoredKerasGroup>& groups,
                                             const KerasConfig& config) {
  const Outline ours = outline_of(model, config.conventions);
  std::vector<StoredKerasLayer> all(layers.size());
  for (const auto& [theirs, mine] : match_outlines(path, config.outline, ours)) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i].ours == ours.layers[mine].name && !layers[i].weights.empty())
        all[i] = stored_layer_of(config.outline.layers[theirs], groups, path);
    }
  }
  return all;
}

}  // namespace

void save_keras(const std::string& path, const Model& model) {
  const std::vector<KerasLayer> layers = keras_layers(model);
  hdf5::write_file(path, hdf5::Seal::none, [&](hid_t file) {
    std::vector<std::string> layer_names;
    for (const KerasLayer& layer : layers) {
      layer_names.push_back(layer.name);
      const hdf5::Handle group(H5Gcreate2(file, layer.name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                               H5Gclose);
      hdf5::check(group, "making the group of " + layer.name);
      std::vector<std::string> weight_names;
      for (const KerasWeight& weight : layer.weights) {
        weight_names.push_back(fmt::format("{}/{}:0", layer.name, weight.name));
        const std::string place = fmt::format("/{}/{}", layer.name, weight_names.back());
        const std::int64_t zero = 0;
        if (weight.view == nullptr)
          hdf5::write_array(file, place, weight.shape, &zero);
        else
          hdf5::write_array(file, place, weight.shape,
                            to_keras(weight, model.parameters().data() + weight.view->offset).data());
      }
      hdf5::write_texts(group, "weight_names", weight_names);
    }
    hdf5::write_texts(file, "layer_names", layer_names);
    hdf5::write_attribute(file, "backend", "tensorflow");
    hdf5::write_attribute(file, "keras_version", "2.11.0");
  });
}

KerasComparison load_keras(const std::string& path, Model& model) {
  const std::vector<KerasLayer> layers = keras_layers(model);
  const hdf5::Handle file = hdf5::open_file(path);
  const std::vector<StoredKerasGroup> groups = stored_keras_groups(file, path);
  const std::string config = keras_text(file, "model_config", path);
  const std::vector<StoredKerasLayer> stored =
      config.empty()
          ? layers_in_order(path, layers, groups)
          : layers_by_name(path, model, layers, groups,
                           parse_keras_config(path, config, keras_text(file, "training_config", path)));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].weights.empty()) continue;
    require_equal(layers[i], stored[i], path);
    for (std::size_t k = 0; k < layers[i].weights.size(); ++k) {
      const KerasWeight& weight = layers[i].weights[k];
      if (weight.view == nullptr) continue;
      std::vector<float> values(static_cast<std::size_t>(weight.view->spec.size()));
      hdf5::read_array(file, stored[i].weights[k], weight.shape, values.data());
      const std::vector<float> ours = from_keras(weight, values.data());
      std::copy(ours.begin(), ours.end(), model.parameters().data() + weight.view->offset);
    }
  }
  require_finite_weights(model, path);
  return config.empty() ? KerasComparison::shapes : KerasComparison::config;
}

}  // namespace jetrain

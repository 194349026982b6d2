#include "exchange/keras_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "exchange/keras_layers.hpp"
#include "io/attributes.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// A layer in the file.
struct StoredLayer {
  std::string name;
  std::vector<std::string> weights;               ///< paths in the file
  std::vector<std::vector<std::int64_t>> shapes;  ///< of these
};

std::string text_of(const std::vector<std::vector<std::int64_t>>& shapes) {
  std::string text;
  for (const auto& shape : shapes)
    text += fmt::format("{}({})", text.empty() ? "" : ", ", fmt::join(shape, ", "));
  return text;
}

/// The layers that have weights, in the file's order.
std::vector<StoredLayer> stored_layers(hid_t file, const std::string& path) {
  const std::string root = hdf5::exists(file, "/model_weights") ? "/model_weights" : "/";
  const hdf5::Handle group(H5Gopen2(file, root.c_str(), H5P_DEFAULT), H5Gclose);
  hdf5::check(group, path + ": opening " + root);
  if (!hdf5::has_attribute(group, "layer_names")) {
    throw DataError(fmt::format(
        "{} has no attribute layer_names, so these are not Keras' weights as model.save(\"model.h5\") writes "
        "them{}",
        path,
        hdf5::exists(file, "/layers") ? " (but as Keras 3 writes .weights.h5: load them into the model in "
                                        "Keras, and save that as model.h5)"
                                      : ""));
  }
  std::vector<StoredLayer> layers;
  for (const std::string& name : hdf5::read_texts(group, "layer_names", path)) {
    const hdf5::Handle layer(H5Gopen2(group, name.c_str(), H5P_DEFAULT), H5Gclose);
    hdf5::check(layer, fmt::format("{}: opening the layer {}", path, name));
    StoredLayer stored{name, {}, {}};
    for (const std::string& weight : hdf5::read_texts(layer, "weight_names", path + ", layer " + name)) {
      stored.weights.push_back(fmt::format("{}/{}/{}", root == "/" ? "" : root, name, weight));
      stored.shapes.push_back(hdf5::Dataset::open(file, stored.weights.back()).shape());
    }
    if (!stored.weights.empty()) layers.push_back(std::move(stored));
  }
  return layers;
}

void require_equal(const KerasLayer& wanted, const StoredLayer& stored, const std::string& path) {
  std::vector<std::vector<std::int64_t>> shapes;
  for (const KerasWeight& weight : wanted.weights) shapes.push_back(weight.shape);
  if (shapes == stored.shapes) return;
  throw DataError(fmt::format(
      "{}: the layer {} has weights of the shapes {}, but the config's network has {} there, with {}: "
      "the config must describe the network that was saved",
      path, stored.name, text_of(stored.shapes), wanted.name, text_of(shapes)));
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

void load_keras(const std::string& path, Model& model) {
  std::vector<KerasLayer> layers = keras_layers(model);
  std::erase_if(layers, [](const KerasLayer& layer) { return layer.weights.empty(); });
  const hdf5::Handle file = hdf5::open_file(path);
  const std::vector<StoredLayer> stored = stored_layers(file, path);
  for (std::size_t i = 0; i < std::min(layers.size(), stored.size()); ++i)
    require_equal(layers[i], stored[i], path);
  if (layers.size() != stored.size()) {
    const bool more = stored.size() > layers.size();
    throw DataError(fmt::format("{} has {} layers with weights, but the config's network has {}: {} is {}",
                                path, stored.size(), layers.size(),
                                more ? stored[layers.size()].name : layers[stored.size()].name,
                                more ? "too much" : "missing"));
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (std::size_t k = 0; k < layers[i].weights.size(); ++k) {
      const KerasWeight& weight = layers[i].weights[k];
      if (weight.view == nullptr) continue;
      std::vector<float> values(static_cast<std::size_t>(weight.view->spec.size()));
      hdf5::read_array(file, stored[i].weights[k], weight.shape, values.data());
      const std::vector<float> ours = from_keras(weight, values.data());
      std::copy(ours.begin(), ours.end(), model.parameters().data() + weight.view->offset);
    }
  }
}

}  // namespace jetrain

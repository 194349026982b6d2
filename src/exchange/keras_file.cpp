#include "exchange/keras_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "io/attributes.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// One array of a layer as Keras has it.
struct KerasWeight {
  std::string name;
  std::vector<std::int64_t> shape;
  const ParameterView* view = nullptr;  ///< null: Keras alone has it
  std::int64_t channels = 1;            ///< stand first here, last in Keras
};

struct KerasLayer {
  std::string name;
  std::vector<KerasWeight> weights;
};

/// Keras' standardizing layer, Normalization, has channels last, the variance instead of the deviation, and a
/// count, which only its adapt() uses. The root of a rounded square is the number itself: no bit is lost.
bool is_standardize(const Node& node) {
  return node.layer->kind() == "standardize";
}

KerasWeight keras_weight(const Node& node, const ParameterView& view) {
  if (!is_standardize(node)) return {view.spec.name, view.spec.shape, &view};
  KerasWeight weight{view.spec.name == "scale" ? "variance" : view.spec.name, view.spec.shape, &view};
  if (weight.shape.size() == 3) {
    weight.channels = weight.shape.front();
    std::rotate(weight.shape.begin(), weight.shape.begin() + 1, weight.shape.end());
  }
  return weight;
}

/// An activation stands inside the layer before it, as `activation` does in Keras.
bool is_layer_of_its_own(const Node& node) {
  static constexpr std::array kActivations{"relu", "leaky_relu", "elu",     "gelu",
                                           "tanh", "sigmoid",    "softmax", "linear"};
  return std::find(kActivations.begin(), kActivations.end(), node.layer->kind()) == kActivations.end();
}

/// Keras orders the layers of a network by their distance from its output, the farthest first.
std::vector<const Node*> in_keras_order(const Model& model) {
  std::map<std::size_t, int> distance;  // of each activation
  std::vector<std::pair<int, const Node*>> order;
  for (auto node = model.nodes().rbegin(); node != model.nodes().rend(); ++node) {
    const int here = distance[node->output];
    const int before = here + (is_layer_of_its_own(*node) ? 1 : 0);
    for (const std::size_t input : {node->input, node->second})
      if (input != Node::kNone) distance[input] = std::max(distance[input], before);
    if (is_layer_of_its_own(*node)) order.emplace_back(here, &*node);
  }
  std::reverse(order.begin(), order.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const Node*> nodes;
  for (const auto& [far, node] : order) nodes.push_back(node);
  return nodes;
}

std::vector<KerasLayer> keras_layers(const Model& model) {
  std::vector<KerasLayer> layers;
  for (const Node* node : in_keras_order(model)) {
    KerasLayer layer{keras_name(node->name), {}};
    for (const ParameterView& view : model.parameter_views())
      if (view.layer == node->name) layer.weights.push_back(keras_weight(*node, view));
    if (is_standardize(*node)) layer.weights.push_back({"count", {}, nullptr});
    layers.push_back(std::move(layer));
  }
  return layers;
}

/// From (channels, pixels) to (pixels, channels).
std::vector<float> transposed(const float* values, std::int64_t rows, std::int64_t columns) {
  std::vector<float> out(static_cast<std::size_t>(rows * columns));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c)
      out[static_cast<std::size_t>(c * rows + r)] = values[r * columns + c];
  return out;
}

std::vector<float> to_keras(const KerasWeight& weight, const float* values) {
  std::vector<float> out = transposed(values, weight.channels, weight.view->spec.size() / weight.channels);
  if (weight.name == "variance")
    std::transform(out.begin(), out.end(), out.begin(), [](float x) { return x * x; });
  return out;
}

std::vector<float> from_keras(const KerasWeight& weight, const float* values) {
  std::vector<float> out = transposed(values, weight.view->spec.size() / weight.channels, weight.channels);
  if (weight.name == "variance")
    std::transform(out.begin(), out.end(), out.begin(), [](float x) { return std::sqrt(x); });
  return out;
}

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
  if (H5Aexists(group, "layer_names") <= 0) {
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

std::string keras_name(const std::string& layer) {
  static const std::map<std::string, std::string> names = {{"batch_norm", "batch_normalization"},
                                                           {"layer_norm", "layer_normalization"},
                                                           {"group_norm", "group_normalization"},
                                                           {"standardize", "normalization"},
                                                           {"max_pool2d", "max_pooling2d"},
                                                           {"avg_pool2d", "average_pooling2d"},
                                                           {"global_avg_pool2d", "global_average_pooling2d"}};
  for (const auto& [ours, theirs] : names) {
    if (layer == ours || layer.starts_with(ours + "_")) return theirs + layer.substr(ours.size());
  }
  return layer;
}

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

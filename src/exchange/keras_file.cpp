#include "exchange/keras_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "exchange/keras_layers.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// An attribute of texts, as h5py writes a list of bytes.
void write_texts(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
  std::size_t width = 1;
  for (const std::string& text : texts) width = std::max(width, text.size());
  std::string bytes;
  for (const std::string& text : texts) bytes += text + std::string(width - text.size(), '\0');
  const hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, width);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  const hsize_t count = texts.size();
  const hdf5::Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const hdf5::Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                               H5Aclose);
  hdf5::check(attribute, "writing the attribute " + name);
  if (count > 0) hdf5::check(H5Awrite(attribute, type, bytes.data()), "writing the attribute " + name);
}

std::vector<std::string> read_texts(hid_t object, const std::string& name, const std::string& where) {
  const hdf5::Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  hdf5::check(attribute, where + ": reading the attribute " + name);
  const hdf5::Handle space(H5Aget_space(attribute), H5Sclose);
  const hdf5::Handle type(H5Aget_type(attribute), H5Tclose);
  const auto count = static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space)));
  std::vector<std::string> texts;
  if (count == 0) return texts;
  if (H5Tget_class(type) != H5T_STRING)
    throw DataError(fmt::format("{}: the attribute {} holds no texts", where, name));
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(count, nullptr);
    hdf5::check(H5Aread(attribute, type, pointers.data()), where + ": reading the attribute " + name);
    for (const char* text : pointers) texts.emplace_back(text == nullptr ? "" : text);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    return texts;
  }
  const std::size_t width = H5Tget_size(type);
  std::vector<char> bytes(count * width);
  hdf5::check(H5Aread(attribute, type, bytes.data()), where + ": reading the attribute " + name);
  for (std::size_t i = 0; i < count; ++i) {
    const char* text = bytes.data() + i * width;
    texts.emplace_back(text, std::find(text, text + width, '\0'));
  }
  return texts;
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
  for (const std::string& name : read_texts(group, "layer_names", path)) {
    const hdf5::Handle layer(H5Gopen2(group, name.c_str(), H5P_DEFAULT), H5Gclose);
    hdf5::check(layer, fmt::format("{}: opening the layer {}", path, name));
    StoredLayer stored{name, {}, {}};
    for (const std::string& weight : read_texts(layer, "weight_names", path + ", layer " + name)) {
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
      write_texts(group, "weight_names", weight_names);
    }
    write_texts(file, "layer_names", layer_names);
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

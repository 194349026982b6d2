#include "exchange/keras_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// Keras cuts lists that are too long for an attribute into NAME0, NAME1, ...
std::vector<std::string> list_of_names(hid_t object, const std::string& name, const std::string& where) {
  if (!hdf5::has_attribute(object, name + "0")) return hdf5::read_texts(object, name, where);
  std::vector<std::string> all;
  for (int part = 0; hdf5::has_attribute(object, name + std::to_string(part)); ++part) {
    const std::vector<std::string> some = hdf5::read_texts(object, name + std::to_string(part), where);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

/// What stands before the last slash of conv2d/kernel:0, and of that what stands behind the last one.
std::string layer_in(const std::string& weight_name) {
  const std::size_t end = weight_name.rfind('/');
  return end == std::string::npos ? "" : weight_name.substr(0, end);
}
std::string last_part(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

void add_weight(std::vector<StoredKerasLayer>& layers, const std::string& name, const std::string& weight,
                const std::vector<std::int64_t>& shape) {
  auto layer = std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.name == name; });
  if (layer == layers.end()) layer = layers.insert(layer, {name, {}, {}});
  layer->weights.push_back(weight);
  layer->shapes.push_back(shape);
}

}  // namespace

std::vector<StoredKerasGroup> stored_keras_groups(hid_t file, const std::string& path) {
  const std::string root = hdf5::exists(file, "/model_weights") ? "/model_weights" : "/";
  const hdf5::Handle group(H5Gopen2(file, root.c_str(), H5P_DEFAULT), H5Gclose);
  hdf5::check(group, path + ": opening " + root);
  if (!hdf5::has_attribute(group, "layer_names") && !hdf5::has_attribute(group, "layer_names0")) {
    throw DataError(fmt::format(
        "{} has no attribute layer_names, so these are not Keras' weights as model.save(\"model.h5\") writes "
        "them{}",
        path,
        hdf5::exists(file, "/layers") ? " (but as Keras 3 writes .weights.h5: load them into the model in "
                                        "Keras, and save that as model.h5)"
                                      : ""));
  }
  std::vector<StoredKerasGroup> groups;
  for (const std::string& name : list_of_names(group, "layer_names", path)) {
    const hdf5::Handle layer(H5Gopen2(group, name.c_str(), H5P_DEFAULT), H5Gclose);
    hdf5::check(layer, fmt::format("{}: opening the layer {}", path, name));
    StoredKerasGroup stored{{name, {}, {}}, {}};
    for (const std::string& weight : list_of_names(layer, "weight_names", path + ", layer " + name)) {
      const std::string place = fmt::format("{}/{}/{}", root == "/" ? "" : root, name, weight);
      const std::vector<std::int64_t> shape = hdf5::Dataset::open(file, place).shape();
      stored.whole.weights.push_back(place);
      stored.whole.shapes.push_back(shape);
      add_weight(stored.layers, layer_in(weight), place, shape);
    }
    if (!stored.whole.weights.empty()) groups.push_back(std::move(stored));
  }
  return groups;
}

std::string keras_text(hid_t file, const char* name, const std::string& path) {
  if (!hdf5::has_attribute(file, name)) return "";
  const std::vector<std::string> texts = hdf5::read_texts(file, name, path);
  return texts.empty() ? "" : texts.front();
}

void require_order(const StoredKerasGroup& group, const std::string& path) {
  std::map<std::string, int> numbers;  // the last one of each kind: conv2d is number 0, conv2d_1 number 1
  for (const StoredKerasLayer& layer : group.layers) {
    std::string kind = last_part(layer.name);
    int number = 0;
    const std::size_t at = kind.rfind('_');
    if (at != std::string::npos) {
      const char* end = kind.data() + kind.size();
      if (std::from_chars(kind.data() + at + 1, end, number).ptr == end) kind.resize(at);
    }
    const auto [before, is_first] = numbers.emplace(kind, number);
    if (!is_first && before->second > number)
      throw DataError(fmt::format(
          "{}: in {}, the weights of {} stand behind those of a layer with a larger number, as Keras puts "
          "frozen layers last, and nothing says which layer comes first: save the whole model "
          "(model.save(\"model.h5\")), which does",
          path, group.whole.name, layer.name));
    before->second = number;
  }
}

const StoredKerasLayer& stored_layer_of(const OutlineLayer& layer,
                                        const std::vector<StoredKerasGroup>& groups,
                                        const std::string& path) {
  for (const StoredKerasGroup& group : groups) {
    if (group.whole.name != layer.group) continue;
    if (!layer.nested) return group.whole;
    const StoredKerasLayer* found = nullptr;
    for (const StoredKerasLayer& inner : group.layers) {
      if (last_part(inner.name) != layer.name) continue;
      if (found != nullptr)
        throw DataError(fmt::format("{}: in {} there are several layers {}", path, layer.group, layer.name));
      found = &inner;
    }
    if (found != nullptr) return *found;
  }
  throw DataError(
      fmt::format("{} has no weights of the layer {}, which its model_config has", path, layer.name));
}

}  // namespace jetrain

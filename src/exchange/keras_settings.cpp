#include "exchange/keras_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using nlohmann::json;

std::string text_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return outline_number(value.get<double>());
  if (value.is_null()) return "none";
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const json& item : value) text += (text.empty() ? "" : ", ") + text_of(item);
  return "[" + text + "]";
}

/// A key and what Keras takes where a config does not say it; none: it has to.
struct Key {
  const char* name;
  json preset = nullptr;
};

/// The settings that decide what a layer computes. What concerns training alone (initializers, regularizers,
/// momentum) is left out, and so is what a file's shapes say.
const std::map<std::string, std::vector<Key>>& keys_of_kinds() {
  const json ones = {1, 1};
  const json twos = {2, 2};
  static const std::map<std::string, std::vector<Key>> keys{
      {"Conv2D",
       {{"filters"},
        {"kernel_size"},
        {"strides", ones},
        {"padding", "valid"},
        {"data_format", "channels_last"},
        {"dilation_rate", ones},
        {"groups", 1},
        {"use_bias", true}}},
      {"Dense", {{"units"}, {"use_bias", true}}},
      {"MaxPooling2D",
       {{"pool_size", twos}, {"strides"}, {"padding", "valid"}, {"data_format", "channels_last"}}},
      {"AveragePooling2D",
       {{"pool_size", twos}, {"strides"}, {"padding", "valid"}, {"data_format", "channels_last"}}},
      {"GlobalAveragePooling2D", {{"data_format", "channels_last"}, {"keepdims", false}}},
      {"Flatten", {{"data_format", "channels_last"}}},
      {"BatchNormalization",
       {{"axis", -1}, {"epsilon", 1e-3}, {"center", true}, {"scale", true}, {"renorm", false}}},
      {"LayerNormalization",
       {{"axis", -1}, {"epsilon", 1e-3}, {"center", true}, {"scale", true}, {"rms_scaling", false}}},
      {"GroupNormalization",
       {{"groups", 32}, {"axis", -1}, {"epsilon", 1e-3}, {"center", true}, {"scale", true}}},
      {"Normalization", {{"invert", false}}},
      {"Add", {}},
      {"Concatenate", {{"axis", -1}}}};
  return keys;
}

/// Of one side and of both: 3 is [3, 3] there.
bool is_of_both_sides(std::string_view key) {
  return key == "kernel_size" || key == "strides" || key == "pool_size" || key == "dilation_rate";
}

std::vector<OutlineSetting> settings_of(const std::vector<Key>& keys, const json& config) {
  std::vector<OutlineSetting> settings;
  for (const Key& key : keys) {
    json value = config.contains(key.name) ? config.at(key.name) : key.preset;
    if (value.is_null() && std::string_view(key.name) == "strides")
      value = config.contains("pool_size") ? config.at("pool_size") : json{2, 2};
    if (value.is_number() && is_of_both_sides(key.name)) value = json{value, value};
    if (value.is_array() && value.size() == 1) value = json(value.at(0));  // axis: [3]
    settings.push_back({key.name, {text_of(value)}});
  }
  return settings;
}

double number_in(const json& config, std::initializer_list<const char*> keys, double preset) {
  for (const char* key : keys)
    if (config.contains(key) && config.at(key).is_number()) return config.at(key).get<double>();
  return preset;
}

std::string leaky_relu(double slope) {
  return fmt::format("leaky_relu of slope {}", outline_number(slope));
}
std::string elu(double alpha) {
  return fmt::format("elu of alpha {}", outline_number(alpha));
}

/// The classes of activations that are layers.
std::string activation_of_class(const std::string& kind, const json& config) {
  if (kind == "LeakyReLU") return leaky_relu(number_in(config, {"alpha", "negative_slope"}, 0.3));
  if (kind == "ELU") return elu(number_in(config, {"alpha"}, 1));
  if (kind == "Softmax") {
    const std::string axis = config.contains("axis") ? text_of(config.at("axis")) : "-1";
    return axis == "-1" || axis == "1" ? "softmax" : "softmax over axis " + axis;
  }
  if (kind == "ReLU") {
    const double slope = number_in(config, {"negative_slope"}, 0);
    const double threshold = number_in(config, {"threshold"}, 0);
    std::string text = slope == 0 ? "relu" : leaky_relu(slope);
    if (threshold != 0) text += fmt::format(" above {}", outline_number(threshold));
    if (config.contains("max_value") && !config.at("max_value").is_null())
      text += fmt::format(" up to {}", text_of(config.at("max_value")));
    return text;
  }
  return "";
}

/// What stands as `activation` in a layer's config: a name, nothing, or a layer with its class and config.
std::string activation_named(const json& value) {
  if (value.is_null()) return "linear";
  if (value.is_string()) {
    const std::string name = value.get<std::string>();
    if (name == "elu") return elu(1);
    if (name == "leaky_relu") return leaky_relu(0.2);
    return name;
  }
  const std::string kind = value.is_object() ? value.value("class_name", "") : "";
  const std::string of_class = kind.empty() ? "" : activation_of_class(kind, value.value("config", json{}));
  if (!of_class.empty()) return of_class;
  if (kind == "function" && value.contains("config")) return activation_named(value.at("config"));  // Keras 3
  return value.dump();
}

bool does_nothing_to_scores(std::string_view kind) {
  constexpr std::array kNames{"Dropout",      "SpatialDropout2D",       "GaussianNoise", "GaussianDropout",
                              "AlphaDropout", "ActivityRegularization", "Identity"};
  return std::find(kNames.begin(), kNames.end(), kind) != kNames.end();
}

}  // namespace

OutlineLayer keras_layer(const std::string& class_name, const json& config) {
  OutlineLayer layer{.name = config.value("name", "")};
  // TensorFlow 1 had two of these.
  const std::string kind = class_name.starts_with("BatchNormalizationV") ? "BatchNormalization" : class_name;
  if (does_nothing_to_scores(kind)) return layer;
  if (config.contains("activation")) layer.activation.values = {activation_named(config.at("activation"))};
  const std::string of_class = activation_of_class(kind, config);
  if (!of_class.empty()) layer.activation.values = {of_class};
  if (!of_class.empty() || kind == kActivationLayer) {
    if (layer.activation.values.front() != "linear") layer.kind = kActivationLayer;
    return layer;
  }
  const auto keys = keys_of_kinds().find(kind);
  if (keys == keys_of_kinds().end()) {
    throw DataError(
        fmt::format("its layer {} is a {}, and jetrain has none that computes the same", layer.name, kind));
  }
  layer.kind = kind;
  layer.settings = settings_of(keys->second, config);
  return layer;
}

std::vector<OutlineSetting> keras_input_shape(const json& config) {
  for (const char* key : {"batch_input_shape", "batch_shape"}) {
    if (!config.contains(key)) continue;
    const json& shape = config.at(key);
    if (!shape.is_array() || shape.size() < 2) return {};
    const json sample(shape.begin() + 1, shape.end());
    if (std::any_of(sample.begin(), sample.end(), [](const json& size) { return size.is_null(); })) return {};
    return {{"shape", {text_of(sample)}}};
  }
  return {};
}

}  // namespace jetrain

#include "exchange/keras_config.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "exchange/keras_settings.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using nlohmann::json;

bool is_model(const std::string& kind) {
  return kind == "Sequential" || kind == "Functional" || kind == "Model";
}

/// An output of a layer.
struct Reference {
  std::string layer;
  std::size_t output = 0;
};

/// Where a layer takes its inputs from: ["conv2d", 0, 0, {}], in Keras 3 a "keras_history", in lists and
/// objects however deep. The first number counts the layer's uses (of models from 1 on), the second its
/// outputs.
void find_references(const json& node, std::vector<Reference>& references) {
  if (node.is_array() && node.size() >= 3 && node[0].is_string() && node[1].is_number_unsigned() &&
      node[2].is_number_unsigned()) {
    references.push_back({node[0].get<std::string>(), node[2].get<std::size_t>()});
  } else if (node.is_array()) {
    for (const json& part : node) find_references(part, references);
  } else if (node.is_object()) {
    for (const char* key : {"args", "config", "keras_history"})
      if (node.contains(key)) find_references(node.at(key), references);
  }
}

std::vector<Reference> references_in(const json& node) {
  std::vector<Reference> references;
  find_references(node, references);
  return references;
}

/// What Python's json writes. What goes through it calls itself, so that its depth is bounded.
json parse(const std::string& text) {
  constexpr int kDeepest = 500;
  return json::parse(text, [](int depth, json::parse_event_t, const json&) {
    if (depth > kDeepest) throw DataError("its model_config is nested too deeply");
    return true;
  });
}

/// Adds the layers of a model, and of those in it, to an outline.
class OutlineOfModel {
 public:
  Outline build(const json& model) {
    const std::vector<std::size_t> outputs = add_model(model, {}, "");
    if (outputs.size() != 1)
      throw DataError(fmt::format("it has {} outputs, and networks of jetrain have one", outputs.size()));
    outline_.output = outputs.front();
    return std::move(outline_);
  }

 private:
  using Outputs = std::map<std::string, std::vector<std::size_t>>;  ///< of layers, by name

  /// `group`: the layer of the outermost model in which this one is; empty: it is that one itself. Without
  /// inputs, its own come in.
  std::vector<std::size_t> add_model(const json& model, const std::vector<std::size_t>& inputs,
                                     const std::string& group) {
    const std::string kind = model.at("class_name").get<std::string>();
    const json& config = model.at("config");
    if (kind != "Sequential") return add_functional(config, inputs, group);
    return {add_sequence(config.is_array() ? config : config.at("layers"), inputs, group)};
  }

  std::size_t add_sequence(const json& layers, const std::vector<std::size_t>& inputs,
                           const std::string& group) {
    if (inputs.size() > 1) throw DataError("a Sequential in it takes several inputs");
    if (layers.empty()) throw DataError("a Sequential in it has no layers");
    std::vector<std::size_t> last = inputs;
    for (const json& layer : layers) {
      const json& config = layer.at("config");
      const bool is_input = layer.at("class_name") == kInputLayer;
      if (last.empty()) last = {add_input(config, is_input ? name_of(layer) : "input")};
      if (!is_input) last = add_layer(layer, last, group);
      if (last.size() != 1) throw DataError("a layer in a Sequential has several outputs");
    }
    return last.front();
  }

  /// Layers may stand in any order.
  std::vector<std::size_t> add_functional(const json& config, const std::vector<std::size_t>& inputs,
                                          const std::string& group) {
    const std::vector<Reference> comes_in = references_in(config.at("input_layers"));
    Outputs done;
    if (!inputs.empty() && inputs.size() != comes_in.size())
      throw DataError("a model in it is given another number of inputs than it has");
    for (std::size_t i = 0; i < inputs.size(); ++i) done[comes_in[i].layer] = {inputs[i]};
    const json& layers = config.at("layers");
    for (std::size_t before = layers.size() + 1, left = layers.size(); left > 0 && left < before;) {
      before = left;
      left = 0;
      for (const json& layer : layers) left += add_where_inputs_are_done(layer, group, done) ? 0U : 1U;
    }
    std::vector<std::size_t> outputs;
    for (const Reference& reference : references_in(config.at("output_layers"))) {
      const auto found = done.find(reference.layer);
      if (found == done.end())
        throw DataError(fmt::format("the inputs of its layer {} are not to be found", reference.layer));
      outputs.push_back(found->second.at(reference.output));
    }
    return outputs;
  }

  bool add_where_inputs_are_done(const json& layer, const std::string& group, Outputs& done) {
    const std::string name = name_of(layer);
    if (done.contains(name)) return true;
    if (layer.at("class_name") == kInputLayer) {
      done[name] = {add_input(layer.at("config"), name)};
      return true;
    }
    const json& nodes = layer.at("inbound_nodes");
    if (nodes.size() != 1)
      throw DataError(
          fmt::format("its layer {} is used {} times, and in jetrain each is used once", name, nodes.size()));
    std::vector<std::size_t> inputs;
    for (const Reference& reference : references_in(nodes)) {
      const auto found = done.find(reference.layer);
      if (found == done.end()) return false;
      inputs.push_back(found->second.at(reference.output));
    }
    if (inputs.empty()) throw DataError(fmt::format("its layer {} has no inputs", name));
    done[name] = add_layer(layer, inputs, group);
    return true;
  }

  std::vector<std::size_t> add_layer(const json& layer, const std::vector<std::size_t>& inputs,
                                     const std::string& group) {
    const std::string kind = layer.at("class_name").get<std::string>();
    const std::string name = name_of(layer);
    if (is_model(kind)) return add_model(layer, inputs, group.empty() ? name : group);
    OutlineLayer added = keras_layer(kind, layer.at("config"));
    if (added.kind.empty()) return inputs;
    added.name = name;
    added.inputs = inputs;
    added.group = group.empty() ? name : group;
    added.nested = !group.empty();
    outline_.layers.push_back(std::move(added));
    return {outline_.layers.size() - 1};
  }

  std::size_t add_input(const json& config, const std::string& name) {
    outline_.layers.push_back(
        {.kind = kInputLayer, .name = name, .settings = keras_input_shape(config), .inputs = {}});
    return outline_.layers.size() - 1;
  }

  /// A model in a list may have its name in its config only.
  static std::string name_of(const json& layer) {
    if (layer.contains("name") && layer.at("name").is_string()) return layer.at("name").get<std::string>();
    const json& config = layer.at("config");
    return config.is_object() ? config.value("name", "") : "";
  }

  Outline outline_;
};

/// The first that is said counts; those that differ are named where the outlines are compared.
std::string data_format_of(const Outline& outline) {
  for (const OutlineLayer& layer : outline.layers) {
    if (layer.kind == "Flatten") continue;
    for (const OutlineSetting& setting : layer.settings)
      if (setting.key == "data_format") return setting.values.front();
  }
  return KerasConventions{}.data_format;
}

/// Whether some part of a training_config says from_logits: true.
bool says_logits(const json& training) {
  if (training.is_object() && training.contains("from_logits") && training.at("from_logits") == true)
    return true;
  if (!training.is_structured()) return false;
  for (const json& part : training)
    if (says_logits(part)) return true;
  return false;
}

}  // namespace

KerasConfig parse_keras_config(const std::string& path, const std::string& model,
                               const std::string& training) {
  const auto refuse = [&](const std::string& why) -> DataError {
    return DataError(fmt::format("{} cannot be compared with the config: {}", path, why));
  };
  try {
    const json parsed = parse(model);
    const std::string kind = parsed.at("class_name").get<std::string>();
    if (!is_model(kind)) throw DataError(fmt::format("its model is a {}", kind));
    KerasConfig config{OutlineOfModel().build(parsed), {}};
    merge_activations(config.outline);
    config.conventions.data_format = data_format_of(config.outline);
    config.conventions.gives_logits = !training.empty() && says_logits(parse(training));
    return config;
  } catch (const DataError& error) {
    throw refuse(error.what());
  } catch (const json::exception& error) {
    throw refuse(fmt::format("its model_config is not as Keras 2 and 3 write it ({})", error.what()));
  } catch (const std::out_of_range&) {
    throw refuse("its model_config names an output that a layer does not have");
  }
}

}  // namespace jetrain

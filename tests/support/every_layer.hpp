#pragma once

/// \file
/// A small network for each kind of layer, from the closed list of kinds: a new kind does not compile here
/// until it has one, and is then tested by all tests of every layer.

#include <string>
#include <utility>
#include <vector>

#include "inference/model_input.hpp"
#include "nn/layer_description.hpp"

namespace jetrain::test {

/// A network for 8 x 8 images of one channel, or for sets of constituents with five features (and, where
/// wanted, three high-level features) around one kind of layer.
struct LayerCase {
  std::string kind = {};
  std::size_t index = 0;  ///< of the kind in LayerDescription
  std::string layers;
  bool with_features = false;
  std::string loss = "cross_entropy";
  bool of_sets = false;

  /// `freeze`: names of layers.
  Config config(const std::string& freeze = "") const {
    const std::string input = of_sets ? "input: constituents\nconstituents: {features: [eta_rel, phi_rel, "
                                        "log_pt_rel, log_e_rel, delta_r]}\n"
                                      : "image: {bins: 8, channels: [pt]}\n";
    return parse_config("data: {high_level: [" + std::string(with_features ? "mass, width, tau_32" : "") +
                            "]}\n" + input + "model: {layers: [" + layers + "]}\ntrain: {loss: " + loss +
                            ", freeze: [" + freeze + "]}\n",
                        kind + ".yaml", {}, false);
  }
  Model model(const std::string& freeze = "") const { return make_model(config(freeze)); }
};

inline void PrintTo(const LayerCase& tested, std::ostream* out) {
  *out << tested.kind;
}

inline std::string end_of_network() {
  return ", dense: {units: 2, activation: softmax}";
}
/// In the middle of images, and of vectors, each behind a layer with weights, whose gradients go through it.
inline LayerCase on_images_and_vectors(const std::string& layer) {
  return {.layers = "conv2d: {filters: 2, kernel: 3, stride: 2}, " + layer +
                    ", flatten, dense: {units: 4}, " + layer + end_of_network()};
}
/// The same behind the ReLU of the layer before.
inline LayerCase on_images(const std::string& layer, const std::string& to_vector = ", flatten") {
  return {.layers =
              "conv2d: {filters: 2, kernel: 3, activation: relu}, " + layer + to_vector + end_of_network()};
}

/// A network of sets.
inline LayerCase on_sets(const std::string& layers) {
  return {.layers = layers + end_of_network(), .of_sets = true};
}
/// The networks above, of layers that stand on sets, too.
inline LayerCase also_on_sets(const std::string& layer) {
  return on_sets("dense: {units: 6}, " + layer + ", dense: {units: 18, activation: relu}, " + layer +
                 ", mean_pool");
}

/// No rule for all others, on purpose.
struct NetworkAround {
  LayerCase operator()(const Conv2dDescription&) const {
    return {
        .layers =
            "conv2d: {filters: 4, kernel: [4, 3], stride: 2, padding: same, activation: relu}, conv2d: "
            "{filters: 4, kernel: 2, groups: 2}, conv2d: {filters: 3, kernel: 2, use_bias: false}, flatten" +
            end_of_network()};
  }
  LayerCase operator()(const DenseDescription&) const {
    return {.layers =
                "flatten, dense: {units: 4, activation: relu}, dense: {units: 5}, dense: {units: 6, "
                "use_bias: false}" +
                end_of_network()};
  }
  LayerCase operator()(const MaxPool2dDescription&) const {
    return on_images("max_pool2d: {size: 3, stride: 2, padding: same}");
  }
  LayerCase operator()(const AvgPool2dDescription&) const {
    return on_images("avg_pool2d: {size: 3, stride: 2, padding: same}");
  }
  LayerCase operator()(const GlobalAvgPool2dDescription&) const { return on_images("global_avg_pool2d", ""); }
  LayerCase operator()(const SumPoolDescription&) const {
    return on_sets("dense: {units: 18, activation: relu}, sum_pool: {weight: pt_fraction}");
  }
  LayerCase operator()(const MeanPoolDescription&) const { return on_sets("dense: {units: 18}, mean_pool"); }
  LayerCase operator()(const MaxPoolDescription&) const { return on_sets("dense: {units: 18}, max_pool"); }
  LayerCase operator()(const RmsNormDescription&) const { return also_on_sets("rms_norm"); }
  LayerCase operator()(const PairsDescription&) const {
    return on_sets(
        "pairs: {name: u, units: [3, 5]}, dense: {units: 4}, attention: {bias: u, heads: 2, hidden: 3}, "
        "mean_pool");
  }
  LayerCase operator()(const LorentzBlocksDescription&) const {
    return on_sets("lorentz_blocks: {blocks: 2, units: 3, beams: true}, mean_pool");
  }
  LayerCase operator()(const AttentionDescription&) const {
    return on_sets("dense: {units: 4}, attention: {heads: 2, hidden: 5, dropout: 0.3}, mean_pool");
  }
  LayerCase operator()(const ClassAttentionDescription&) const {
    return on_sets(
        "dense: {units: 4}, class_attention: {heads: 2, hidden: 5}, class_attention: {heads: 1, hidden: 3}");
  }
  /// Distances are of inputs only: of what has weights before it, a small change gives other neighbours.
  LayerCase operator()(const EdgeConvDescription&) const {
    return on_sets(
        "edge_conv: {neighbours: 4, units: [5, 3]}, edge_conv: {neighbours: 5, units: [4, 3], distance: "
        "angles, pool: max}, edge_conv: {neighbours: 3, units: [4], distance: angles, shortcut: false, "
        "activation: tanh}, mean_pool");
  }
  LayerCase operator()(const FlattenDescription&) const { return on_images("flatten", ", flatten"); }
  LayerCase operator()(const DropoutDescription&) const {
    return on_images_and_vectors("dropout: {rate: 0.4}");
  }
  LayerCase operator()(const LayerNormDescription&) const { return on_images_and_vectors("layer_norm"); }
  LayerCase operator()(const GroupNormDescription&) const {
    return on_images_and_vectors("group_norm: {groups: 2}");
  }
  LayerCase operator()(const BatchNormDescription&) const { return on_images_and_vectors("batch_norm"); }
  LayerCase operator()(const StandardizeDescription&) const {
    return {
        .layers = "standardize, conv2d: {filters: 2, kernel: 3}, flatten, features: {layers: [standardize]}" +
                  end_of_network(),
        .with_features = true};
  }
  LayerCase operator()(const AddDescription&) const {
    return {
        .layers =
            "conv2d: {filters: 2, kernel: 3, activation: relu}, residual: {layers: [conv2d: {filters: 2, "
            "kernel: 3, padding: same}], activation: relu}, flatten, residual: {layers: [dense: {units: 3}], "
            "activation: linear}" +
            end_of_network()};
  }
  LayerCase operator()(const ConcatenateDescription&) const {
    return {
        .layers =
            "flatten, dense: {units: 4, activation: relu}, features: {layers: [dense: {units: 3, activation: "
            "relu}]}, features: {layers: []}" +
            end_of_network(),
        .with_features = true};
  }
  LayerCase operator()(const LinearDescription&) const { return on_images_and_vectors("linear"); }
  LayerCase operator()(const ReluDescription&) const { return on_images_and_vectors("relu"); }
  LayerCase operator()(const LeakyReluDescription&) const {
    return on_images_and_vectors("leaky_relu: {alpha: 0.2}");
  }
  LayerCase operator()(const EluDescription&) const { return on_images_and_vectors("elu: {alpha: 0.7}"); }
  LayerCase operator()(const GeluDescription&) const { return on_images_and_vectors("gelu"); }
  LayerCase operator()(const TanhDescription&) const { return on_images_and_vectors("tanh"); }
  LayerCase operator()(const SigmoidDescription&) const { return on_images_and_vectors("sigmoid"); }
  /// Under cross_entropy, the loss computes it.
  LayerCase operator()(const SoftmaxDescription&) const {
    return {.layers = "flatten, dense: {units: 4}" + end_of_network(), .loss = "mean_squared_error"};
  }
};

/// The kinds that images and sets share, on sets.
inline std::vector<LayerCase> shared_layers_on_sets() {
  std::vector<LayerCase> all;
  const auto add = [&](const std::string& kind, LayerCase tested, std::size_t index) {
    tested.kind = kind;
    tested.index = index;
    all.push_back(tested);
  };
  const auto index_of = [](const LayerDescription& kind) { return kind.index(); };
  add("dense",
      on_sets("dense: {units: 17, activation: relu}, dense: {units: 7, use_bias: false}, dense: {units: 5, "
              "activation: tanh}, sum_pool"),
      index_of(DenseDescription{}));
  add("dropout", also_on_sets("dropout: {rate: 0.4}"), index_of(DropoutDescription{}));
  add("layer_norm", also_on_sets("layer_norm"), index_of(LayerNormDescription{}));
  add("batch_norm", also_on_sets("batch_norm"), index_of(BatchNormDescription{}));
  add("standardize", on_sets("standardize, dense: {units: 4}, mean_pool"),
      index_of(StandardizeDescription{}));
  add("add",
      on_sets("dense: {units: 6}, residual: {layers: [dense: {units: 6}], activation: relu}, residual: "
              "{layers: [dense: {units: 7, activation: relu}]}, sum_pool"),
      index_of(AddDescription{}));
  for (const char* activation : {"linear", "relu", "gelu", "tanh", "sigmoid"}) {
    const LayerDescription kinds[] = {LinearDescription{}, ReluDescription{}, GeluDescription{},
                                      TanhDescription{}, SigmoidDescription{}};
    for (const LayerDescription& kind : kinds)
      if (kind_name(kind) == std::string(activation)) add(activation, also_on_sets(activation), kind.index());
  }
  return all;
}

inline std::vector<LayerCase> every_layer() {
  const auto cases = []<std::size_t... I>(std::index_sequence<I...>) {
    std::vector<LayerCase> all{NetworkAround{}(std::variant_alternative_t<I, LayerDescription>())...};
    ((all[I].kind = std::variant_alternative_t<I, LayerDescription>::kName, all[I].index = I), ...);
    return all;
  };
  return cases(std::make_index_sequence<std::variant_size_v<LayerDescription>>());
}

}  // namespace jetrain::test

#pragma once

/// \file
/// The sequence in which a network's layers are computed, and how they hang together. Activations are
/// numbered: first the inputs (NetworkInput), then one for each layer's output. A residual block or joined
/// features make one activation the input of several layers.

#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "nn/activation_names.hpp"
#include "nn/layer.hpp"

namespace jetrain {

inline constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

/// What comes into a network, in the order of its first activations. Those from `momenta` on are of networks
/// of sets: what layers may look at of each constituent, whatever the features are.
enum class NetworkInput : std::size_t {
  sample,      ///< the image, the vector, or the features of each constituent
  features,    ///< high-level ones, beside it
  momenta,     ///< E, px, py, pz, GeV
  angles,      ///< eta and phi, relative to the axis
  pt_fraction  ///< of the sum of pT
};

/// What comes into a network, and what its labels are.
struct ModelInput {
  ModelInput(const Shape& sample, std::int64_t high_level_features = 0, std::int64_t label_classes = 2)
      : shape(sample), features(high_level_features), classes(label_classes) {}
  Shape shape;
  std::int64_t features = 0;          ///< beside it; 0: none
  std::int64_t classes = 2;           ///< of the labels; 0: as many as the network has outputs
  std::int64_t signal = -1;           ///< the class whose output is the score; -1: the last
  std::int64_t targets = 0;           ///< values to regress on, instead of labels; 0: a classification
  ConstituentsConfig constituents{};  ///< where the shape is a set: which features it has
  std::vector<std::string> constituent_columns{};  ///< names of what stands behind a constituent's momentum
};

/// What comes in, or what a layer gives.
struct Activation {
  std::string name;  ///< input, features, or the layer's
  Shape shape;
  std::size_t producer = kNoIndex;  ///< the node that gives it; kNoIndex: it comes in
  bool used = false;                ///< by a layer, or given by one
};

/// An activation on its way into a layer, and its gradient on the way back (connect, below, decides how).
struct Edge {
  std::size_t activation = 0;
  /// The way back through a ReLU that was written with the activation.
  enum class Mask { none, by_the_layer, afterwards };
  Mask mask = Mask::none;
  bool wants_gradient = false;  ///< not where there is nothing to train below, as in the network's inputs
  /// The first user on the way back writes the activation's gradient; others write into this spare buffer,
  /// and add.
  std::size_t spare = kNoIndex;
};

/// One layer in its network.
struct Node {
  std::unique_ptr<Layer> layer;
  std::string name;  ///< Keras-like: conv2d, conv2d_1, ...
  std::vector<Edge> inputs;
  std::size_t output = 0;         ///< its activation
  bool rectifies = false;         ///< a ReLU behind it is computed with it
  bool frozen = false;            ///< its parameters stay as they are
  bool goes_back = true;          ///< there is something to train in it, or below
  std::int64_t parameters = 0;    ///< offset in the arena
  std::int64_t averages = 0;      ///< offset in the arena
  std::int64_t sums = 0;          ///< offset of the parameters' gradients in the sums; frozen: none
  std::int64_t average_sums = 0;  ///< of the averages' statistics, likewise
  std::int64_t statistics = 0;    ///< offset in the sums
  std::int64_t prepared = 0;      ///< offset in what is prepared

  bool wants_gradients() const;  ///< with respect to any input
  std::int64_t parameter_count() const;
  bool has_weights_to_train() const;  ///< frozen or not
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<Activation> activations;
  std::vector<std::size_t> spares;  ///< of each spare buffer: the activation that it is like
  ActivationNames names;

  bool is_input(std::size_t activation) const { return activations[activation].producer == kNoIndex; }
  bool is_used(std::size_t activation) const { return activations[activation].used; }
  /// Whether the way back comes by.
  bool has_gradient(std::size_t activation) const {
    return !is_input(activation) && nodes[activations[activation].producer].goes_back;
  }
};

/// UsageError names the layer, as in model.layers[2].residual.layers[0], and both shapes where layers do not
/// fit. `loss_activation`: the loss computes it, so a last layer with it goes without. `freeze`: patterns of
/// the layers that are not trained; UsageError where one matches no layer with weights to train, or where
/// nothing is left.
Graph build_graph(const ModelConfig& config, const ModelInput& input, LayerActivation loss_activation,
                  const std::vector<std::string>& freeze = {});

/// Of the layers that have parameters, or parameters to train; frozen ones are among them.
std::vector<std::string> layers_with_weights(const Graph& graph, bool to_train);

/// Says of each edge how the gradient goes back along it. The last step of build_graph.
void connect(Graph& graph);

}  // namespace jetrain

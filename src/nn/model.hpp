#pragma once

/// \file
/// A network: layers in the order of their computation, their parameters in one arena, and the passes over
/// one leaf.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "core/aligned_buffer.hpp"
#include "nn/layer.hpp"
#include "nn/leaf_times.hpp"
#include "nn/loss.hpp"

namespace jetrain {

/// Where one array stands in the arena.
struct ParameterView {
  std::string layer;  ///< Keras-like: conv2d, conv2d_1, ...
  ParameterSpec spec;
  std::int64_t offset = 0;
};

/// What comes into a network, and what its labels are.
struct ModelInput {
  ModelInput(const Shape& sample, std::int64_t high_level_features = 0, std::int64_t label_classes = 2)
      : shape(sample), features(high_level_features), classes(label_classes) {}
  Shape shape;
  std::int64_t features = 0;  ///< beside it; 0: none
  std::int64_t classes = 2;   ///< of the labels; 0: as many as the network has outputs
  std::int64_t targets = 0;   ///< values to regress on, instead of labels; 0: a classification
};

/// One layer in its network. Activations are numbered from the inputs (0 image, 1 features) on.
struct Node {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::unique_ptr<Layer> layer;
  std::string name;
  std::size_t input = 0;
  std::size_t second = kNone;  ///< of a layer that joins two
  std::size_t output = 0;
  std::int64_t parameters = 0;  ///< offset in the arena
  std::int64_t averages = 0;    ///< offset in the arena
};

class Model;

/// One thread's buffers for one leaf: every activation, every gradient, scratch. Reused leaf after leaf;
/// halos stay zero.
class LeafWorkspace {
 public:
  LeafWorkspace(const Model& model, bool with_gradients);

  /// The network's input, to be filled by the caller: (channels, rows, columns, lanes).
  Planes input() const { return activations_[0]; }
  /// The high-level features, to be filled by the caller: (1, 1, features, lanes); none: no data.
  Planes features() const { return activations_[1]; }
  /// The target values of a regression, to be filled by the caller: (outputs, lanes).
  std::span<float> targets() { return targets_.span(); }
  /// (outputs, lanes), after forward: probabilities, or what a regression gives.
  const float* predictions() const { return predictions_.data(); }
  /// From now on, forward_backward adds each layer's time here (null: to nothing).
  void time_into(LeafTimes* times) { times_ = times; }

 private:
  friend class Model;
  Planes allocate(const Shape& shape, const Halo& halo);

  std::vector<AlignedBuffer<float>> memory_;
  std::vector<Planes> activations_;
  std::vector<Planes> gradients_;       ///< of the loss with respect to activations_
  std::vector<Planes> more_gradients_;  ///< for the second and further users of an activation, before the sum
  std::vector<float*> kept_;            ///< of each layer
  AlignedBuffer<float> scratch_;
  AlignedBuffer<float> targets_;
  AlignedBuffer<float> predictions_;
  LeafTimes* times_ = nullptr;
};

/// What one leaf adds to the batch's sums.
struct LeafResult {
  double loss = 0;           ///< sum over samples
  std::int64_t correct = 0;  ///< samples whose predicted class is their label
  int bad_layer = -1;        ///< the first layer (in backward order) with a gradient out of bounds; -1: none
};

/// The class that (outputs, lanes) predictions give for one lane: the one with the largest probability, the
/// lowest where some are equal; with one output, 1 where it is above 1/2.
std::int64_t predicted_class(std::int64_t outputs, const float* predictions, std::size_t lane);

class Model {
 public:
  /// Throws UsageError naming the layer and both shapes where layers do not fit.
  Model(const ModelConfig& config, const ModelInput& input, const LossConfig& loss = {});

  const ModelInput& input() const noexcept { return input_; }
  std::int64_t outputs() const noexcept { return nodes_.back().layer->output().size(); }
  const std::vector<Node>& nodes() const noexcept { return nodes_; }
  const Loss& loss() const noexcept { return *loss_; }
  const std::vector<ParameterView>& parameter_views() const noexcept { return views_; }
  /// Trainable ones, then averages.
  std::int64_t parameter_count() const noexcept { return parameter_count_; }
  std::int64_t trainable_count() const noexcept { return trainable_count_; }
  std::int64_t multiply_adds_forward() const;
  /// Forward, gradient of parameters, gradient of inputs (not of the network's), for one sample.
  std::int64_t multiply_adds_training() const;

  std::span<float> parameters() noexcept {
    return {arena_.data(), static_cast<std::size_t>(parameter_count_)};
  }
  std::span<const float> parameters() const noexcept {
    return {arena_.data(), static_cast<std::size_t>(parameter_count_)};
  }
  /// As the initializers of the layers say (config/layers.hpp); a function of the seed alone.
  void initialize(std::uint64_t seed);

  /// The network's layers with shapes and parameter counts, as Keras prints them.
  std::string summary() const;

  /// Fills workspace.predictions() from workspace.input(), as in validation. `losses` (null: not wanted) has
  /// an entry for each sample.
  void forward(LeafWorkspace& workspace, const LeafTargets& targets, double* losses) const;
  /// Forward, loss, backward of one leaf of up to sixteen samples; adds the parameter gradients to the exact
  /// sums (one per parameter; for averages, sums of the leaves' statistics). Lanes beyond the samples must
  /// hold zeros and add nothing. `leaf`: key of its random numbers.
  LeafResult forward_backward(LeafWorkspace& workspace, const LeafTargets& targets, LeafContext leaf,
                              float limit, std::int64_t* gradient_sums) const;

 private:
  friend class LeafWorkspace;
  LayerPass pass_of(std::size_t node, const LeafWorkspace& workspace, const LeafContext& leaf) const;
  void forward_layers(LeafWorkspace& workspace, const LeafContext& leaf) const;
  void backward_input(std::size_t node, const LayerPass& pass, LeafWorkspace& workspace) const;
  bool is_relu(std::size_t activation) const;

  ModelInput input_;
  std::shared_ptr<const Loss> loss_;
  std::vector<Node> nodes_;
  std::vector<Shape> activations_;
  std::vector<std::size_t> users_;      ///< of each activation: how many layers take it
  std::vector<std::size_t> last_user_;  ///< the last of them
  std::vector<std::size_t> producer_;   ///< the node that gives it; kNone for inputs
  std::vector<ParameterView> views_;
  std::int64_t parameter_count_ = 0;
  std::int64_t trainable_count_ = 0;
  AlignedBuffer<float> arena_;
};

}  // namespace jetrain

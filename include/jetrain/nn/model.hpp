#pragma once

/// \file
/// A network: layers in sequence that end in a softmax, their parameters in one arena, and the passes over
/// one leaf.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetrain/core/aligned_buffer.hpp"
#include "jetrain/nn/layer.hpp"
#include "jetrain/nn/leaf_times.hpp"

namespace jetrain {

/// Where one array stands in the arena.
struct ParameterView {
  std::string layer;  ///< Keras-like: conv2d, conv2d_1, ...
  ParameterSpec spec;
  std::int64_t offset = 0;
};

class Model;

/// One thread's buffers for one leaf: every activation, every gradient, scratch. Reused leaf after leaf;
/// halos stay zero.
class LeafWorkspace {
 public:
  LeafWorkspace(const Model& model, bool with_gradients);

  /// The network's input, to be filled by the caller: (channels, rows, columns, lanes).
  Planes input() const { return activations_.front(); }
  /// (classes, lanes), after forward.
  const float* probabilities() const { return probabilities_.data(); }
  /// From now on, forward_backward adds each layer's time here (null: to nothing).
  void time_into(LeafTimes* times) { times_ = times; }

 private:
  friend class Model;
  Planes allocate(const Shape& shape, const Halo& halo);

  std::vector<AlignedBuffer<float>> memory_;
  std::vector<Planes> activations_;  ///< [0] the input, [i + 1] layer i's output; the last are the logits
  std::vector<Planes> gradients_;    ///< of the loss with respect to activations_[i]
  AlignedBuffer<float> scratch_;
  AlignedBuffer<float> probabilities_;
  LeafTimes* times_ = nullptr;
};

/// What one leaf adds to the batch's sums.
struct LeafResult {
  double loss = 0;           ///< sum over samples of the cross entropy
  std::int64_t correct = 0;  ///< samples whose largest probability is at their label
  int bad_layer = -1;        ///< the first layer (in backward order) with a gradient out of bounds; -1: none
};

/// The class with the largest of (classes, lanes) probabilities in one lane; the lowest where some are equal.
std::int64_t predicted_class(std::int64_t classes, const float* probabilities, std::size_t lane);

class Model {
 public:
  /// Throws UsageError naming the layer and both shapes where layers do not fit. `input` as ImageConfig gives
  /// it.
  Model(const ModelConfig& config, const Shape& input);

  const Shape& input() const noexcept { return input_; }
  std::int64_t classes() const noexcept { return layers_.back()->output().size(); }
  const std::vector<std::unique_ptr<Layer>>& layers() const noexcept { return layers_; }
  const std::vector<std::string>& layer_names() const noexcept { return names_; }
  const std::vector<ParameterView>& parameter_views() const noexcept { return views_; }
  std::int64_t parameter_count() const noexcept { return parameter_count_; }
  std::int64_t multiply_adds_forward() const;
  /// Forward, gradient of parameters, gradient of inputs (not for the first layer), for one sample.
  std::int64_t multiply_adds_training() const;

  std::span<float> parameters() noexcept {
    return {arena_.data(), static_cast<std::size_t>(parameter_count_)};
  }
  std::span<const float> parameters() const noexcept {
    return {arena_.data(), static_cast<std::size_t>(parameter_count_)};
  }
  /// Glorot-uniform kernels (Glorot and Bengio, AISTATS 2010: U(-l, l), l = sqrt(6 / (fan_in + fan_out))),
  /// zero biases; a function of the seed alone.
  void initialize(std::uint64_t seed);

  /// The network's layers with shapes and parameter counts, as Keras prints them.
  std::string summary() const;

  /// Fills workspace.probabilities() from workspace.input().
  void forward(LeafWorkspace& workspace) const;
  /// Loss of one leaf without gradients. `losses` has labels.size() entries.
  void forward_loss(LeafWorkspace& workspace, std::span<const std::uint8_t> labels, double* losses) const;
  /// Forward, loss, backward of one leaf of labels.size() <= 16 samples; adds the parameter gradients to the
  /// exact sums (one per parameter). Lanes beyond labels.size() must hold zeros and add nothing.
  LeafResult forward_backward(LeafWorkspace& workspace, std::span<const std::uint8_t> labels, float limit,
                              std::int64_t* gradient_sums) const;

 private:
  friend class LeafWorkspace;
  void forward_logits(LeafWorkspace& workspace) const;

  Shape input_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<std::string> names_;
  std::vector<ParameterView> views_;
  std::vector<std::int64_t> offsets_;  ///< of each layer's first parameter
  std::int64_t parameter_count_ = 0;
  bool softmax_is_layer_ = false;  ///< for the summary: the softmax stood as a layer of its own
  AlignedBuffer<float> arena_;
};

}  // namespace jetrain

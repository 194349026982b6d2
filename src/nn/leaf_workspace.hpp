#pragma once

#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "nn/graph.hpp"
#include "nn/leaf_times.hpp"

namespace jetrain {

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
  /// What one layer is given, always in the same places.
  struct LayerBuffers {
    std::vector<ConstPlanes> inputs;
    std::vector<InputGradient> gradients;  ///< with respect to these
    float* kept = nullptr;
  };
  void add_activations(const Graph& graph);
  void add_gradients(const Graph& graph);
  Planes allocate(const Shape& shape, const Halo& halo);

  std::vector<AlignedBuffer<float>> memory_;
  std::vector<Planes> activations_;
  std::vector<Planes> gradients_;  ///< of the loss with respect to activations_; of inputs: none
  std::vector<LayerBuffers> layers_;
  AlignedBuffer<float> scratch_;
  AlignedBuffer<float> targets_;
  AlignedBuffer<float> predictions_;
  LeafTimes* times_ = nullptr;
};

}  // namespace jetrain

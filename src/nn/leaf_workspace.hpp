#pragma once

#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "nn/graph.hpp"
#include "nn/leaf_times.hpp"

namespace jetrain {

class Model;

/// Bytes of the buffers in which a thread trains leaves of such sets (beside the exact sums).
std::int64_t training_bytes(const Graph& graph, const RowOffsets& sets);

/// One thread's buffers for one leaf: every activation, every gradient, scratch. Reused leaf after leaf;
/// halos stay zero. Of a network of sets, buffers grow to the largest leaf that came.
class LeafWorkspace {
 public:
  /// `model` stays where it is for as long.
  LeafWorkspace(const Model& model, bool with_gradients);

  /// Begins a leaf of sets: makes room for it. Before its inputs are filled; views from before are void.
  void begin_leaf(const RowOffsets& sets);
  const RowOffsets& sets() const { return sets_; }

  /// One of the network's inputs, to be filled by the caller, in the form that the graph says; no data where
  /// the network does not have it, or no layer asks for it. Images: (channels, rows, columns, lanes);
  /// vectors, as high-level features: (1, 1, features, lanes); sets: rows, padding zero.
  Planes input(NetworkInput which = NetworkInput::sample) const {
    const auto number = static_cast<std::size_t>(which);
    return number < activations_.size() && graph_->is_input(number) ? activations_[number] : Planes{};
  }
  Planes features() const { return input(NetworkInput::features); }
  /// The target values of a regression, to be filled by the caller: (outputs, lanes).
  std::span<float> targets() { return targets_.span(); }
  /// (outputs, lanes), after forward: probabilities, or what a regression gives.
  const float* predictions() const { return predictions_.data(); }
  /// From now on, forward_backward adds each layer's time here (null: to nothing).
  void time_into(LeafTimes* times) { times_ = times; }

 private:
  friend class Model;
  /// What one layer is given.
  struct LayerBuffers {
    std::vector<ConstPlanes> inputs;
    std::vector<InputGradient> gradients;  ///< with respect to these
    float* kept = nullptr;
    float* scratch = nullptr;
  };
  /// A view, and the memory that it may have to itself.
  struct Buffer {
    AlignedBuffer<float> memory;
    float* reserve(std::int64_t floats);
  };

  Planes allocate(const Shape& shape, const Halo& halo, Buffer& buffer);
  void add_activations();
  void add_gradients();
  void resize(const Shape& shape, Planes& planes, Buffer& buffer) const;
  void connect_layers();

  const Graph* graph_;
  RowOffsets sets_;
  std::vector<Planes> activations_;
  std::vector<Planes> gradients_;  ///< of the loss with respect to activations_; of inputs: none
  std::vector<Planes> spares_;     ///< as the graph has them
  std::vector<LayerBuffers> layers_;
  std::vector<Buffer> activation_memory_;
  std::vector<Buffer> gradient_memory_;
  std::vector<Buffer> spare_memory_;
  std::vector<Buffer> kept_memory_;
  Buffer scratch_;
  AlignedBuffer<float> targets_;
  AlignedBuffer<float> predictions_;
  LeafTimes* times_ = nullptr;
};

}  // namespace jetrain

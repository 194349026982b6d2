#pragma once

/// \file
/// A layer: an explicit forward and backward pair on one leaf (sixteen samples, see kernels/lanes.hpp). The
/// caller owns all buffers. A layer is built for the shapes of its inputs and is immutable; threads share it.
/// It knows itself only: what stands before and after it is the graph's business (nn/graph.hpp).

#include <span>
#include <vector>

#include "kernels/lanes.hpp"
#include "nn/layer_description.hpp"
#include "nn/parameter_spec.hpp"
#include "nn/shape.hpp"

namespace jetrain {

/// What a layer asks of whoever drives it, and what its kernels can take over from a neighbour.
struct LayerNeeds {
  Halo input_halo{};                ///< zeros that the views of its inputs must carry around them
  Halo output_gradient_halo{};      ///< the same of dy
  std::int64_t kept_floats = 0;     ///< of a leaf, that forward keeps for backward
  std::int64_t scratch_floats = 0;  ///< of a thread, in backward_parameters
  std::int64_t multiply_adds = 0;   ///< of the forward pass for one sample
  bool can_rectify = false;         ///< forward can write max(y, 0): a ReLU behind it costs nothing
  bool can_mask = false;  ///< backward_inputs can write 0 where an input is not above 0: the way back through
                          ///< a ReLU before it
};

/// What is true of a whole leaf.
struct LeafContext {
  bool training = false;
  std::int64_t samples = kLanes;  ///< lanes that hold samples; the others are padding
  std::uint64_t seed = 0;         ///< with epoch and position, the key of the leaf's random numbers
  std::uint32_t epoch = 0;
  std::int64_t first_position = 0;  ///< of the leaf's first sample in the epoch's order
};

/// What a layer sees of a leaf, forward and backward.
struct LayerPass {
  LeafContext leaf{};
  std::span<const ConstPlanes> inputs{};
  const float* parameters = nullptr;  ///< trainable ones
  const float* averages = nullptr;    ///< the others
  float* kept = nullptr;              ///< LayerNeeds::kept_floats
  bool rectify = false;               ///< y = max(y, 0); only where the layer can
  std::uint64_t number = 0;           ///< of the layer in its network

  /// The only input of most layers.
  const ConstPlanes& x() const { return inputs.front(); }
};

/// Where the gradient with respect to one input goes.
struct InputGradient {
  Planes dx{};  ///< no data: nobody asks for it
  bool mask =
      false;  ///< the input went through ReLU: write 0 where it is not above 0; only where the layer can
  bool wanted() const { return dx.data != nullptr; }
};

/// Where a leaf's gradients go: exact 64-bit sums (kernels/exact_sum.hpp), laid out like the layer's
/// parameters.
struct GradientSums {
  std::int64_t* sums = nullptr;
  std::int64_t* averages =
      nullptr;               ///< of the leaf's statistics times its samples, laid out like the averages
  float limit = 0;           ///< each leaf's contribution must stay below
  float* scratch = nullptr;  ///< LayerNeeds::scratch_floats of this thread, 64-byte aligned
};

class Layer {
 public:
  Layer(const LayerDescription& description, std::vector<Shape> inputs, const Shape& output)
      : description_(description), inputs_(std::move(inputs)), output_(output) {}
  virtual ~Layer() = default;

  const LayerDescription& description() const noexcept { return description_; }
  const std::vector<Shape>& inputs() const noexcept { return inputs_; }
  const Shape& output() const noexcept { return output_; }

  virtual LayerNeeds needs() const { return {}; }
  /// Trainable ones first.
  virtual std::vector<ParameterSpec> parameters() const { return {}; }

  virtual void forward(const LayerPass& pass, Planes y) const = 0;
  /// The gradients with respect to the inputs, one entry each, from y and dy. Called where at least one is
  /// wanted.
  virtual void backward_inputs(const LayerPass& pass, ConstPlanes y, ConstPlanes dy,
                               std::span<const InputGradient> gradients) const = 0;
  /// Adds the leaf's parameter gradients to exact sums. Returns false where a value is not finite or too
  /// large.
  virtual bool backward_parameters(const LayerPass&, ConstPlanes /*dy*/, const GradientSums&) const {
    return true;
  }

 private:
  LayerDescription description_;
  std::vector<Shape> inputs_;
  Shape output_;
};

}  // namespace jetrain

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
#include "row_kernels/row_offsets.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain {

/// What a layer asks of whoever drives it, and what its kernels can take over from a neighbour.
struct LayerNeeds {
  Halo input_halo{};                ///< zeros that the views of its inputs must carry around them
  Halo output_gradient_halo{};      ///< the same of dy
  std::int64_t kept_floats = 0;     ///< of a leaf, that forward keeps for backward
  std::int64_t scratch_floats = 0;  ///< of a thread, for the length of a call
  std::int64_t multiply_adds = 0;   ///< of the forward pass for one sample that is no set
  bool can_rectify = false;         ///< forward can write max(y, 0): a ReLU behind it costs nothing
  bool can_mask = false;  ///< backward_inputs can write 0 where an input is not above 0: the way back through
                          ///< a ReLU before it
};

/// What a leaf of sets takes, beside LayerNeeds.
struct LeafFloats {
  std::int64_t kept = 0;     ///< that forward keeps for backward
  std::int64_t scratch = 0;  ///< of a thread, for the length of a call
};

/// What is true of a whole leaf.
struct LeafContext {
  bool training = false;
  std::int64_t samples = kLanes;  ///< lanes that hold samples; the others are padding
  std::uint64_t seed = 0;         ///< with epoch and position, the key of the leaf's random numbers
  std::uint32_t epoch = 0;
  std::int64_t first_position = 0;   ///< of the leaf's first sample in the epoch's order
  const RowOffsets* sets = nullptr;  ///< where the samples' rows stand, of a network of sets
};

/// What a layer sees of a leaf, forward and backward.
struct LayerPass {
  LeafContext leaf{};
  std::span<const ConstPlanes> inputs{};
  const float* parameters = nullptr;  ///< trainable ones
  const float* averages = nullptr;    ///< the others
  const float* prepared = nullptr;    ///< what the layer made of its parameters for this step
  float* kept = nullptr;              ///< LayerNeeds::kept_floats, and LeafFloats::kept behind them
  float* scratch = nullptr;           ///< as many floats as the layer needs, 64-byte aligned
  bool rectify = false;               ///< y = max(y, 0); only where the layer can
  std::uint64_t number = 0;           ///< of the layer in its network
  bool frozen = false;                ///< its parameters and running averages stay as they are
  bool goes_back = true;  ///< where leaf.training: a way back follows, for which forward must keep things

  /// Whether batch norms take the leaf's own statistics; else the running averages.
  bool takes_statistics() const { return leaf.training && !frozen; }
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

/// Where a leaf's gradients go, or of a frozen layer none: exact 64-bit sums (kernels/exact_sum.hpp), laid
/// out like the layer's parameters.
struct GradientSums {
  std::int64_t* sums = nullptr;
  std::int64_t* averages =
      nullptr;  ///< of the leaf's statistics times its samples, laid out like the averages
  std::int64_t* statistics = nullptr;  ///< Layer::statistics_words of the layer's own, to be added to
  float limit = 0;                     ///< each leaf's contribution must stay below
  bool wanted() const { return sums != nullptr; }
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
  virtual LeafFloats floats_of(const RowOffsets&) const { return {}; }
  /// Of the forward pass for one sample, of so many constituents where it is a set.
  virtual std::int64_t multiply_adds(std::int64_t /*constituents*/) const { return needs().multiply_adds; }
  /// Those of them whose way back ends in the inputs' gradients, which need not be gone where nobody asks for
  /// these.
  virtual std::int64_t input_multiply_adds(std::int64_t constituents) const {
    return multiply_adds(constituents);
  }
  /// Trainable ones first.
  virtual std::vector<ParameterSpec> parameters() const { return {}; }

  /// What forward and backward need of the trainable parameters in another form (products of matrices:
  /// row_kernels/product.hpp), made once a step for all threads.
  virtual std::int64_t prepared_floats() const { return 0; }
  virtual void prepare(const float* /*parameters*/, float* /*prepared*/) const {}

  /// Statistics of leaves that are not sums over samples, for averages that are over rows: 64-bit integers
  /// whose meaning is the layer's own, summed over the batch. `update_averages` makes the step; `anew`: of
  /// these statistics alone, whatever the averages were.
  virtual std::int64_t statistics_words() const { return 0; }
  virtual void update_averages(const std::int64_t* /*words*/, float* /*averages*/, bool /*anew*/) const {}

  virtual void forward(const LayerPass& pass, Planes y) const = 0;
  /// The gradients with respect to the inputs, one entry each, from y and dy. Called where at least one is
  /// wanted.
  virtual void backward_inputs(const LayerPass& /*pass*/, ConstPlanes /*y*/, ConstPlanes /*dy*/,
                               std::span<const InputGradient> /*gradients*/) const {}
  /// Adds the leaf's parameter gradients to exact sums. Returns false where a value is not finite or too
  /// large.
  virtual bool backward_parameters(const LayerPass&, ConstPlanes /*dy*/, const GradientSums&) const {
    return true;
  }
  /// Whether the way back is one: then `backward` is called instead of the two above, also where no input's
  /// gradient is wanted, or where the layer is frozen and the parameters' are not.
  virtual bool backward_is_one() const { return false; }
  virtual bool backward(const LayerPass&, ConstPlanes /*y*/, ConstPlanes /*dy*/,
                        std::span<const InputGradient>, const GradientSums&) const {
    return true;
  }

 private:
  LayerDescription description_;
  std::vector<Shape> inputs_;
  Shape output_;
};

/// A leaf's activation that is made of rows (nn/shape.hpp) as such.
template <class T>
BasicRows<T> rows_of(const BasicPlanes<T>& planes, std::int64_t channels) {
  return {planes.data, planes.rows, channels};
}

}  // namespace jetrain

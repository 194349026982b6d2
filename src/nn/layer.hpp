#pragma once

/// \file
/// A layer: an explicit forward and backward pair on one leaf (sixteen samples, see kernels/lanes.hpp). The
/// caller owns all buffers. A layer is built for one input shape and is immutable; threads share it.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "config/layers.hpp"
#include "kernels/lanes.hpp"
#include "nn/shape.hpp"

namespace jetrain {

/// One array of numbers that belongs to a layer, as Keras names and orders it.
struct ParameterSpec {
  std::string name;                 ///< kernel | bias | gamma | beta | moving_mean | ...
  std::vector<std::int64_t> shape;  ///< conv2d kernel: (rows, columns, in, out); dense kernel: (in, out)
  std::int64_t fan_in = 1;          ///< of kernels, for the initializers that scale with them
  std::int64_t fan_out = 1;
  InitializerConfig initializer{ZerosInitializer{}};
  RegularizerConfig regularizer{};
  bool trainable = true;        ///< false: averages, which no optimizer touches
  double average_momentum = 1;  ///< of averages: the share of the old value that a step leaves; 1: all of it
  std::int64_t size() const noexcept;
  bool is_kernel() const { return name == "kernel"; }
};

/// What is true of a whole leaf.
struct LeafContext {
  bool training = false;
  std::int64_t samples = kLanes;  ///< lanes that hold samples; the others are padding
  std::uint64_t seed = 0;         ///< with epoch and position, the key of the leaf's random numbers
  std::uint32_t epoch = 0;
  std::int64_t first_position = 0;  ///< of the leaf's first sample in the epoch's order
};

/// What a layer may look at besides its input.
struct LayerPass {
  LeafContext leaf;
  const float* parameters = nullptr;  ///< trainable ones
  const float* averages = nullptr;    ///< the others
  float* kept = nullptr;              ///< Layer::kept_floats() that forward keeps for backward
  ConstPlanes second{};               ///< the other input of a layer that joins two
  std::uint64_t number = 0;           ///< of the layer in its network
};

/// Where a leaf's gradients go: exact 64-bit sums (kernels/exact_sum.hpp), laid out like the layer's
/// parameters.
struct GradientSums {
  std::int64_t* sums = nullptr;
  std::int64_t* averages =
      nullptr;               ///< of the leaf's statistics times its samples, laid out like the averages
  float limit = 0;           ///< each leaf's contribution must stay below
  float* scratch = nullptr;  ///< Layer::scratch_floats() floats of this thread, 64-byte aligned
};

/// The numbers that a layer's kind and shapes leave open, for those who write it down in another format.
struct LayerSettings {
  std::array<std::int64_t, 2> window{1, 1};  ///< rows, columns of a kernel or pool
  std::int64_t stride = 1;
  Halo padding{};           ///< around the input
  std::int64_t groups = 1;  ///< of channels
  double alpha = 0;         ///< of leaky_relu and elu
  double epsilon = 0;       ///< of the norms
};

class Layer {
 public:
  Layer(std::string kind, Shape input, Shape output)
      : kind_(std::move(kind)), input_(input), output_(output) {}
  virtual ~Layer() = default;

  const std::string& kind() const noexcept { return kind_; }
  const Shape& input() const noexcept { return input_; }
  const Shape& output() const noexcept { return output_; }

  virtual LayerSettings settings() const { return {}; }
  /// Trainable ones first.
  virtual std::vector<ParameterSpec> parameters() const { return {}; }
  /// Multiply-adds of the forward pass for one sample.
  virtual std::int64_t multiply_adds() const { return 0; }

  /// Zeros that the views x and dy must carry around them.
  virtual Halo input_halo() const { return {}; }
  virtual Halo output_gradient_halo() const { return {}; }
  virtual std::int64_t scratch_floats() const { return 0; }
  virtual std::int64_t kept_floats() const { return 0; }

  /// True where the output went through ReLU, so that the gradient with respect to what stands before the
  /// ReLU is zero wherever the output is. The layer above applies that mask to its dx.
  virtual bool output_is_relu() const { return false; }
  /// True where backward_input applies the mask while it writes dx; else the caller does so afterwards.
  virtual bool masks_while_writing() const { return false; }
  /// Above 0 for the layer that standardizes the network's input: the smallest deviation to divide by.
  virtual double smallest_deviation() const { return 0; }

  virtual void forward(const LayerPass& pass, ConstPlanes x, Planes y) const = 0;
  /// dx from dy. `mask_with_x` (only where masks_while_writing): x is a ReLU's output; write 0 where x <= 0.
  virtual void backward_input(const LayerPass& pass, ConstPlanes x, ConstPlanes y, ConstPlanes dy,
                              bool mask_with_x, Planes dx) const = 0;
  /// The same for the other input of a layer that joins two.
  virtual void backward_second(const LayerPass& pass, ConstPlanes dy, Planes dx) const;
  /// Adds the leaf's parameter gradients to exact sums. Returns false where a value is not finite or too
  /// large.
  virtual bool backward_parameters(const LayerPass& pass, ConstPlanes x, ConstPlanes dy,
                                   const GradientSums& gradients) const;

 private:
  std::string kind_;
  Shape input_;
  Shape output_;
};

}  // namespace jetrain

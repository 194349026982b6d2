#pragma once

/// \file
/// A layer: an explicit forward and backward pair on one leaf (sixteen samples, see kernels/lanes.hpp). The
/// caller owns all buffers. A layer is built for one input shape and is immutable; threads share it.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetrain/config/config.hpp"
#include "jetrain/kernels/lanes.hpp"
#include "jetrain/nn/shape.hpp"

namespace jetrain {

/// One array of trainable numbers, as Keras names and orders it.
struct ParameterSpec {
  std::string name;                 ///< kernel | bias
  std::vector<std::int64_t> shape;  ///< conv2d kernel: (rows, columns, in, out); dense kernel: (in, out)
  std::int64_t fan_in = 0;          ///< 0: starts at zero; else Glorot-uniform with these fans
  std::int64_t fan_out = 0;
  std::int64_t size() const noexcept;
};

/// Where a leaf's gradients go: exact 64-bit sums (kernels/exact_sum.hpp), laid out like the layer's
/// parameters.
struct GradientSums {
  std::int64_t* sums = nullptr;
  float limit = 0;           ///< each leaf's contribution must stay below
  float* scratch = nullptr;  ///< Layer::scratch_floats() floats of this thread, 64-byte aligned
};

class Layer {
 public:
  Layer(std::string kind, Shape input, Shape output)
      : kind_(std::move(kind)), input_(input), output_(output) {}
  virtual ~Layer() = default;

  const std::string& kind() const noexcept { return kind_; }
  const Shape& input() const noexcept { return input_; }
  const Shape& output() const noexcept { return output_; }

  virtual std::vector<ParameterSpec> parameters() const { return {}; }
  /// Multiply-adds of the forward pass for one sample.
  virtual std::int64_t multiply_adds() const { return 0; }

  /// Zeros that the views x and dy must carry around them.
  virtual Halo input_halo() const { return {}; }
  virtual Halo output_gradient_halo() const { return {}; }
  virtual std::int64_t scratch_floats() const { return 0; }

  /// True where the output went through ReLU, so that the gradient with respect to what stands before the
  /// ReLU is zero wherever the output is. The layer above applies that mask while it writes its dx (see
  /// `backward_input`).
  virtual bool output_is_relu() const { return false; }

  virtual void forward(const float* parameters, ConstPlanes x, Planes y) const = 0;
  /// dx from dy. `mask_with_x`: x is a ReLU's output; write 0 where x <= 0.
  virtual void backward_input(const float* parameters, ConstPlanes x, ConstPlanes y, ConstPlanes dy,
                              bool mask_with_x, Planes dx) const = 0;
  /// Adds the leaf's parameter gradients to exact sums. Returns false where a value is not finite or too
  /// large.
  virtual bool backward_parameters(ConstPlanes x, ConstPlanes dy, const GradientSums& gradients) const;

 private:
  std::string kind_;
  Shape input_;
  Shape output_;
};

/// Builds the layer that `config` describes on top of `input`; throws UsageError where the shapes do not
/// allow it.
std::unique_ptr<Layer> make_layer(const LayerConfig& config, const Shape& input);

}  // namespace jetrain

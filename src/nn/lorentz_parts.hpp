#pragma once

/// \file
/// Parts of LorentzNet's blocks that other layers do not have: products of inputs that stand in several
/// matrices, and the weights of products with one output.

#include <string>
#include <vector>

#include "nn/row_parts.hpp"

namespace jetrain {

/// y = sum over k of W_k^T x_k, with the W_k below each other in one kernel: the product of [x_0, x_1, ...]
/// that nobody puts side by side. Kernels start as PyTorch's Linear does, uniform in +-1 / sqrt(inputs).
class SplitProductPart {
 public:
  SplitProductPart(PartSizes& sizes, const std::string& name, std::vector<std::int64_t> inputs,
                   std::int64_t outputs, bool has_bias);

  std::int64_t multiply_adds() const { return inputs_ * outputs_; }
  void prepare(const float* parameters, float* prepared) const;

  /// Null: there is none.
  const float* bias(const LayerPass& pass) const {
    return has_bias_ ? pass.parameters + parameters_ + inputs_ * outputs_ : nullptr;
  }
  /// (outputs), of one number that comes in.
  const float* weights_of(const LayerPass& pass, std::int64_t input) const {
    return pass.parameters + parameters_ + input * outputs_;
  }
  float* gradient_of(float* gradients, std::int64_t input) const {
    return gradients + gradients_ + input * padded_channels(outputs_);
  }

  /// y = W_k^T x_k, and the epilogue.
  void forward(const LayerPass& pass, std::size_t k, ConstRows x, const kernels::Epilogue& epilogue,
               Rows y) const;
  void backward_input(const LayerPass& pass, std::size_t k, ConstRows dy, const kernels::Epilogue& epilogue,
                      Rows dx) const;
  /// Of a block of at most kPartRows; with the first input, those of the bias, too.
  void add_gradients(std::size_t k, ConstRows x, ConstRows dy, float* gradients, float* temporary) const;
  bool finish(float* gradients, const GradientSums& sums) const;

 private:
  struct Split {
    kernels::ProductShape shape;
    std::int64_t first = 0;     ///< input
    std::int64_t prepared = 0;  ///< place of its packed weights
  };

  std::vector<Split> splits_;
  std::int64_t inputs_ = 0;
  std::int64_t outputs_ = 0;
  bool has_bias_ = false;
  std::int64_t parameters_ = 0;
  std::int64_t gradients_ = 0;
};

/// The weights of a product with one output, (channels, 1), uniform in +-limit in the beginning.
ParameterSpec one_output_kernel(const std::string& name, std::int64_t channels, double limit);

}  // namespace jetrain

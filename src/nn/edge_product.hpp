#pragma once

/// \file
/// The first product of an edge convolution, over [x_i, x_j - x_i], factorised: W_a x_i + W_b (x_j - x_i) =
/// u_i + v_j with u = (W_a - W_b) x and v = W_b x, over rows instead of edges.

#include "nn/row_parts.hpp"

namespace jetrain {

class EdgeProductPart {
 public:
  /// `kernel` is (2 channels of x, outputs): W_a above W_b.
  EdgeProductPart(PartSizes& sizes, ParameterSpec kernel);

  /// Of a row.
  std::int64_t multiply_adds() const { return 2 * shape_.inputs * shape_.outputs; }
  void prepare(const float* parameters, float* prepared) const;
  void forward(const LayerPass& pass, ConstRows x, Rows u, Rows v) const;
  /// Adds to dx where `accumulate`; then writes 0 where `mask`, of dx's form, is not above 0.
  void backward_input(const LayerPass& pass, ConstRows du, ConstRows dv, bool accumulate, const float* mask,
                      Rows dx) const;
  /// Overwrites dv.
  void find_gradients(ConstRows x, ConstRows du, Rows dv, float* gradients) const;
  bool finish(float* gradients, const GradientSums& sums) const;

 private:
  std::int64_t weights() const { return shape_.inputs * shape_.outputs; }
  /// Packed: of u and of v, then both transposed.
  const float* packed(const LayerPass& pass, std::int64_t of_v, bool transposed) const;
  std::int64_t place(std::int64_t of_v, bool transposed) const;

  kernels::ProductShape shape_;  ///< of each half
  std::int64_t parameters_, prepared_, gradients_;
};

}  // namespace jetrain

#pragma once

#include "nn/row_parts.hpp"

namespace jetrain {

/// y = W^T LN(x) + b, of a block of rows. Backward computes LN(x) again.
class NormedProductPart {
 public:
  NormedProductPart() = default;
  NormedProductPart(const RowNormPart& norm, const RowProductPart& product)
      : norm_(norm), product_(product) {}

  std::int64_t multiply_adds() const { return product_.multiply_adds(); }
  void prepare(const float* parameters, float* prepared) const { product_.prepare(parameters, prepared); }

  /// `kept`: the norm's, of these rows; `normed`: memory for LN(x).
  void forward(const LayerPass& pass, ConstRows x, float* kept, Rows normed, Rows y) const {
    norm_.forward(pass, x, kept, normed);
    product_.forward(pass, normed, y);
  }
  /// dx is not x: it holds LN(x) in between.
  void backward(const LayerPass& pass, ConstRows x, float* kept, ConstRows dy, Rows dx, float* gradients,
                float* temporary) const {
    norm_.forward(pass, x, kept, dx);
    product_.add_gradients(dx, dy, gradients, temporary);
    product_.backward_input(pass, dy, dx);
    norm_.backward(pass, x, dx, kept, dx, gradients, temporary);
  }
  bool finish(float* gradients, const GradientSums& sums) const {
    const bool good = product_.finish(gradients, sums);
    return norm_.finish(gradients, sums) && good;
  }

 private:
  RowNormPart norm_;
  RowProductPart product_;
};

}  // namespace jetrain

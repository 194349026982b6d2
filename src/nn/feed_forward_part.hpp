#pragma once

/// \file
/// The second half of a block of the Particle Transformer (Qu, Li and Qian, arXiv:2202.03772; norm and scale:
/// Shleifer et al., NormFormer, arXiv:2110.09456), on rows of constituents or of class tokens:
///
///     y = w x + drop(W_2 LN(drop(gelu(W_1 LN(x)))))        w: a number a channel
///
/// The inner LN and w may be left out. Rows are worked through in blocks (row_parts.hpp); backward computes
/// normalisations and gelu again.

#include "nn/row_parts.hpp"

namespace jetrain {

struct FeedForwardSettings {
  std::int64_t channels = 0;
  std::int64_t hidden = 0;
  std::int64_t depth = 1;  ///< of the block, from 1: W_2 starts divided by sqrt(2 depth)
  double epsilon = 1e-5;
  double dropout = 0;  ///< its uses in the layer are 2 and 3
  bool inner_norm = true;
  bool residual_scale = true;
};

class FeedForwardPart {
 public:
  /// What forward keeps beside x, a row each.
  struct Kept {
    Kept() = default;
    Kept(const FeedForwardPart& part, std::int64_t rows, FloatPieces& memory);
    float *norm_middle = nullptr, *norm_hidden = nullptr;
    Rows hidden;
    kernels::KeptBits *of_hidden = nullptr, *of_output = nullptr;  ///< what dropout keeps
  };
  /// Memory for one block of rows.
  struct Scratch {
    Scratch() = default;
    Scratch(const FeedForwardPart& part, FloatPieces& memory);
    Rows narrow(std::int64_t rows) const { return {narrow_block, rows, channels}; }
    Rows wide(int which, std::int64_t rows) const { return {wide_blocks[which], rows, hidden}; }
    std::int64_t channels = 0, hidden = 0;
    float *narrow_block = nullptr, *wide_blocks[2] = {}, *scale = nullptr;
  };

  FeedForwardPart() = default;
  FeedForwardPart(PartSizes& sizes, const FeedForwardSettings& settings);

  std::int64_t multiply_adds() const { return up_.multiply_adds() + down_.multiply_adds(); }
  void prepare(const float* parameters, float* prepared) const;
  /// x and y: rows first ... of the leaf, not more than a block.
  void forward(const LayerPass& pass, const Kept& kept, const Scratch& scratch, std::int64_t first,
               ConstRows x, Rows y) const;
  /// dx is neither x nor dy.
  void backward(const LayerPass& pass, const Kept& kept, const Scratch& scratch, std::int64_t first,
                ConstRows x, ConstRows dy, Rows dx, float* gradients, float* temporary) const;
  bool finish(float* gradients, const GradientSums& sums) const;

 private:
  const float* padded_scale(const LayerPass& pass, const Scratch& scratch) const;

  FeedForwardSettings settings_;
  RowDropoutPart drop_hidden_, drop_output_;
  RowNormPart norm_middle_, norm_hidden_;
  RowProductPart up_, down_;
  RowVectorPart residual_scale_;
};

}  // namespace jetrain

#pragma once

/// \file
/// What blocks of the Particle Transformer have behind their attention, which gave a of x (Qu, Li and Qian,
/// arXiv:2202.03772; norms and scales: Shleifer et al., NormFormer, arXiv:2110.09456), on rows of
/// constituents or of class tokens:
///
///     x1 = x + drop(LN(W_o a))
///     y  = w x1 + drop(W_2 LN(drop(gelu(W_1 LN(x1)))))        nn/feed_forward_part.hpp
///
/// The LN behind W_o, the inner one, w, and the scale of the heads that a was made with may be left out.
/// Kept are x1 and what products give; backward computes normalisations and gelu again.

#include "nn/feed_forward_part.hpp"

namespace jetrain {

class BehindAttentionPart {
 public:
  /// What forward keeps, a row each.
  struct Kept {
    Kept(const BehindAttentionPart& part, std::int64_t rows, FloatPieces& memory);
    float* norm;
    Rows attended;  ///< a, which attention writes
    Rows projected, middle;
    kernels::KeptBits* of_residual;  ///< what dropout keeps
    FeedForwardPart::Kept feed;
  };
  struct Scratch {
    /// `sizes`: of the whole layer.
    Scratch(const BehindAttentionPart& part, const PartSizes& sizes, std::int64_t rows, FloatPieces& memory);
    /// A block that nobody else uses between two calls of the part.
    Rows narrow(std::int64_t rows) const { return feed.narrow(rows); }
    FeedForwardPart::Scratch feed;
    float *gradients, *temporary;
    Rows dmiddle;    ///< of x1, and so of the x that is added to it
    Rows dattended;  ///< of a
  };

  BehindAttentionPart() = default;
  BehindAttentionPart(PartSizes& sizes, const AttentionBlockConfig& config, std::int64_t channels,
                      double dropout);

  /// (heads), of what each gives; null: there is none.
  const float* head_scale(const LayerPass& pass) const {
    return config_.head_scale ? head_scale_.values(pass) : nullptr;
  }
  float* head_scale_gradient(float* gradients) const {
    return config_.head_scale ? head_scale_.gradient(gradients) : nullptr;
  }

  std::int64_t multiply_adds() const { return projection_.multiply_adds() + feed_.multiply_adds(); }
  void prepare(const float* parameters, float* prepared) const;
  /// From kept.attended and x to y: rows first ... of the leaf, not more than a block.
  void forward(const LayerPass& pass, const Kept& kept, const Scratch& scratch, std::int64_t first,
               ConstRows x, Rows y) const;
  /// From dy to scratch.dmiddle and scratch.dattended.
  void backward(const LayerPass& pass, const Kept& kept, const Scratch& scratch, std::int64_t first,
                ConstRows dy) const;
  bool finish(float* gradients, const GradientSums& sums) const;

 private:
  AttentionBlockConfig config_;
  std::int64_t channels_ = 0;
  RowVectorPart head_scale_;
  RowProductPart projection_;
  RowNormPart norm_;
  RowDropoutPart drop_;
  FeedForwardPart feed_;
};

}  // namespace jetrain

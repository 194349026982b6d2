#pragma once

#include "nn/lorentz_messages.hpp"

namespace jetrain {

/// What a block keeps of a leaf.
struct LorentzKept {
  LorentzKept(std::int64_t units, std::int64_t rows, FloatPieces& memory);

  Rows h, x;  ///< as they come in: (rows, units), (rows, 8) as in row_kernels/minkowski.hpp
  Rows s;     ///< sums of messages
  Rows z;     ///< of the node network, before its norm
  RowLinePart::Kept edge_norm, node_norm;
};

/// A Lorentz group equivariant block (Gong et al., JHEP 07 (2022) 030): messages (LorentzMessages), then
///
///     h_i <- h_i + W_2 relu(norm(W_1 [h_i, s_i, scalars_i] + b_1)) + b_2
class LorentzBlock {
 public:
  /// `moves`: whether it moves the momenta. The last block need not.
  LorentzBlock(PartSizes& sizes, const std::string& name, const LorentzBlocksConfig& config, bool moves);

  std::int64_t multiply_adds(std::int64_t n) const;
  void prepare(const float* parameters, float* prepared) const;
  void update_averages(const std::int64_t* words, float* averages, bool anew) const;

  /// From kept.h and kept.x.
  void forward(const LayerPass& pass, const LorentzLeaf& leaf, const LorentzKept& kept,
               const LorentzScratch& scratch, Rows h_next, Rows x_next) const;
  /// dh and dx, the gradients of h_next and x_next, become those of kept.h and kept.x, dx only where
  /// somebody wants it.
  void backward(const LayerPass& pass, const LorentzLeaf& leaf, const LorentzKept& kept,
                const LorentzScratch& scratch, Rows dh, Rows dx, bool wants_dx) const;
  bool finish(const LorentzLeaf& leaf, const LorentzKept& kept, float* gradients,
              const GradientSums& sums) const;

 private:
  LorentzMessages messages_;
  SplitProductPart first_;
  RowLinePart norm_;
  SplitProductPart second_;
};

}  // namespace jetrain

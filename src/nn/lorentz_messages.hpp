#pragma once

#include "nn/lorentz_parts.hpp"
#include "nn/row_line_part.hpp"
#include "row_kernels/message_edges.hpp"

namespace jetrain {

/// What all blocks of a leaf share: rows with the beams among them, if there are any, and their edges.
struct LorentzLeaf {
  RowOffsets sets;
  Edges edges;
  ConstRows scalars;  ///< (rows, 2)
};

/// Memory for the length of a call, which all blocks use one after the other.
struct LorentzScratch {
  LorentzScratch(std::int64_t units, const RowOffsets& sets, const PartSizes& sizes, FloatPieces& memory);

  Rows block(int which, std::int64_t rows) const { return {blocks[which], rows, units}; }

  std::int64_t units;
  Rows u, v, du, dv, dsums, z, moves;
  float *norms, *dots, *dnorms, *ddots;  ///< (edges)
  Rows dh_edges;
  float* blocks[4];                  ///< (kPartRows, units)
  float *gates, *c, *dlogits, *dc;   ///< (kPartRows)
  float *a, *b, *of_gate, *of_move;  ///< weights with padding
  float *back, *moments;
  float *gradients, *temporary;
};

/// The messages between all constituents of a jet (row_kernels/message_edges.hpp, messages.hpp):
///
///     m_ij = relu(W_2 relu(norm(W_1 [h_i, h_j, psi(|x_i - x_j|^2), psi(<x_i, x_j>)])) + b_2)
///     s_i = sum over j of sigmoid(w_g . m_ij + b_g) m_ij
///     x_i <- x_i + step mean over j of (x_i - x_j) (w_x . relu(W_x m_ij + b_x))       where it moves them
///
/// Edges go through in blocks that stay in the second-level cache; nothing of them is kept. Backward computes
/// them anew, and holds one array of all edges: the gradients behind the norm, whose sums must be known
/// before the way back through it can begin.
class LorentzMessages {
 public:
  LorentzMessages(PartSizes& sizes, const std::string& name, const LorentzBlocksConfig& config, bool moves);

  std::int64_t multiply_adds(std::int64_t n) const;
  void prepare(const float* parameters, float* prepared) const;
  const RowLinePart& norm() const { return norm_; }

  /// `kept`: of the norm, for the way back. s and, where it moves them, x_next are written.
  void forward(const LayerPass& pass, const LorentzLeaf& leaf, ConstRows h, ConstRows x,
               const RowLinePart::Kept& kept, const LorentzScratch& scratch, Rows s, Rows x_next) const;
  /// From the gradient of s to what is added to dh; dx, which is that of x_next, becomes that of x, where
  /// somebody wants it.
  void backward(const LayerPass& pass, const LorentzLeaf& leaf, ConstRows h, ConstRows x,
                const RowLinePart::Kept& kept, ConstRows ds, const LorentzScratch& scratch, Rows dh, Rows dx,
                bool wants_dx) const;
  bool finish(const RowLinePart::Kept& kept, std::int64_t edges, float* gradients,
              const GradientSums& sums) const;

 private:
  /// The hidden values of a block's edges from `first` on, and from them messages m and scratch.gates.
  void messages_of(const LayerPass& pass, const kernels::MessageTerms& terms, const kernels::RowLine& line,
                   std::int64_t first, const LorentzScratch& scratch, Rows hidden, Rows m) const;
  /// In scratch.
  kernels::MessageTerms terms_of(const LayerPass& pass, const LorentzLeaf& leaf, ConstRows h, ConstRows x,
                                 const LorentzScratch& scratch) const;

  std::int64_t units_;
  float step_;
  bool moves_;
  SplitProductPart first_;
  RowLinePart norm_;
  SplitProductPart second_;
  RowVectorPart gate_;
  RowVectorPart gate_bias_;
  std::vector<SplitProductPart> move_hidden_;  ///< one, or none
  std::vector<RowVectorPart> move_;
};

}  // namespace jetrain

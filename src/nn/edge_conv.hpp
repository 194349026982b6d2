#pragma once

/// \file
/// The block of ParticleNet by the algorithm of row_kernels/edge_rows.hpp:
///
///     y_i = f(mean or maximum over the edges (i, j) of h(x_i, x_j - x_i) + shortcut(x_i))
///
/// h: products without bias, each with batch norm over all edges of the leaf and ReLU. Shortcut: x_i, or,
/// where channels differ, a product without bias with batch norm over the rows. f: ReLU, or what stands
/// behind the layer. Neighbours are found without a gradient.

#include <optional>

#include "nn/edge_product.hpp"
#include "nn/row_line_part.hpp"
#include "row_kernels/edges.hpp"

namespace jetrain {

class EdgeConv final : public Layer {
 public:
  EdgeConv(const EdgeConvConfig& config, const std::vector<Shape>& inputs);

  LayerNeeds needs() const override { return {.can_rectify = true, .can_mask = true}; }
  LeafFloats floats_of(const RowOffsets& sets) const override;
  std::int64_t multiply_adds(std::int64_t n) const override;
  std::int64_t input_multiply_adds(std::int64_t n) const override;
  std::vector<ParameterSpec> parameters() const override { return sizes_.all_specs(); }
  std::int64_t prepared_floats() const override { return sizes_.prepared; }
  void prepare(const float* parameters, float* prepared) const override;
  std::int64_t statistics_words() const override { return sizes_.statistics_words; }
  void update_averages(const std::int64_t* words, float* averages, bool anew) const override;

  void forward(const LayerPass& pass, Planes y) const override;
  bool backward_is_one() const override { return true; }
  bool backward(const LayerPass& pass, ConstPlanes y, ConstPlanes dy,
                std::span<const InputGradient> gradients, const GradientSums& sums) const override;

 private:
  struct Kept;
  struct Scratch;

  std::size_t last_unit() const { return norms_.size() - 1; }
  std::int64_t outputs() const { return norms_.back().channels(); }
  bool of_maximum() const { return config_.pool == EdgePool::max; }
  bool has_edges_place(std::size_t unit) const;
  std::int64_t block_edges() const;

  Edges find_edges(const LayerPass& pass, const Kept& kept) const;
  void pool(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
            const kernels::RowLine& line, Rows out) const;
  void forward_by_units(const LayerPass& pass, const Edges& edges, const Kept& kept, const Scratch& scratch,
                        Rows out) const;
  void forward_by_rows(const LayerPass& pass, const Edges& edges, const Kept& kept, const Scratch& scratch,
                       Rows out) const;
  void add_shortcut(const LayerPass& pass, const Kept& kept, const Scratch& scratch, Rows out) const;
  void values_of(std::size_t unit, const Edges& edges, const Kept& kept, std::int64_t first, Rows h) const;

  void shortcut_backward(const LayerPass& pass, ConstRows dy, const Kept& kept, const Scratch& scratch,
                         Rows dx) const;
  void spread(const Edges& edges, const Kept& kept, ConstRows dout, std::int64_t first, Rows dh) const;
  /// Where the gradient behind a unit is stored.
  Rows place_of(std::size_t unit, const Kept& kept, const Scratch& scratch) const;
  void units_backward(const LayerPass& pass, const Edges& edges, ConstRows dout, const Kept& kept,
                      const Scratch& scratch) const;
  void unit_backward(const LayerPass& pass, std::size_t unit, const Edges& edges, ConstRows dout,
                     const Kept& kept, const Scratch& scratch) const;
  bool finish(const Edges& edges, const Kept& kept, float* gradients, const GradientSums& sums) const;

  EdgeConvConfig config_;
  std::int64_t channels_;
  PartSizes sizes_;
  std::optional<EdgeProductPart> first_product_;
  std::vector<RowProductPart> products_;  ///< of the second unit, the third, ...
  std::vector<RowLinePart> norms_;        ///< of all units
  std::optional<RowProductPart> shortcut_product_;
  std::optional<RowLinePart> shortcut_norm_;
};

/// What forward keeps. Without training only the first lines of it are used.
struct EdgeConv::Kept {
  Kept(const EdgeConv& layer, const RowOffsets& sets, FloatPieces& memory);

  std::int32_t* edges;                   ///< edge_words
  Rows u, v;                             ///< of the rows
  std::vector<RowLinePart::Kept> norms;  ///< of the units
  std::optional<RowLinePart::Kept> shortcut_norm;
  Rows shortcut;        ///< its product
  std::vector<Rows> y;  ///< of the edges: what the units' products give; of the first of more, nothing
};

struct EdgeConv::Scratch {
  Scratch(const EdgeConv& layer, const RowOffsets& sets, FloatPieces& memory);
  Rows block(int which, std::int64_t rows, std::int64_t channels) const {
    return {blocks[which], rows, channels};
  }

  float* blocks[2];
  float *moments, *back, *gradients, *temporary;
  Rows du, dv;           ///< of the rows
  std::vector<Rows> dh;  ///< of the edges, behind a unit; see has_edges_place
};

}  // namespace jetrain

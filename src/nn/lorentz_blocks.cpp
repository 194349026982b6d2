#include <algorithm>
#include <cmath>

#include "nn/lorentz_block.hpp"
#include "row_kernels/minkowski.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kBeams = 2;

/// The constituents of each jet with the beams behind them. A jet without constituents has none of either.
RowOffsets with_beams(const RowOffsets& sets) {
  RowOffsets all;
  for (std::size_t i = 0; i < kLanes; ++i) {
    const std::int64_t count = sets.begins[i + 1] - sets.begins[i];
    all.begins[i + 1] = all.begins[i] + (count == 0 ? 0 : count + kBeams);
  }
  return all;
}

/// LorentzNet (Gong et al., JHEP 07 (2022) 030) up to its last mean: of each constituent with momentum x,
/// h = W [psi(|x|^2), is a beam] + b, then block after block (LorentzBlock), the last of which leaves the
/// momenta where they are; what comes out is h of the constituents, without the beams. psi(t) = sign(t)
/// ln(1 + |t|).
///
/// As the authors' github.com/sdogsq/LorentzNet-release, but for two things: there the scalars are, where
/// there are beams, psi(|m|) of a constituent and ln 2 for a beam; and moves are held between -100 and 100.
/// All blocks are one layer, since each gives two results, invariants and momenta, and the beams are rows
/// that no other layer knows of.
///
/// A block keeps what has a row a constituent only, 1 kB each for 72 units; edges are computed anew on the
/// way back (LorentzMessages), in memory that all blocks share.
class LorentzBlocks final : public Layer {
 public:
  LorentzBlocks(const LorentzBlocksConfig& config, const Shape& momenta)
      : Layer(LorentzBlocksDescription{.blocks = config.blocks,
                                       .beams = config.beams,
                                       .step = static_cast<float>(config.step),
                                       .epsilon = static_cast<float>(config.epsilon)},
              {momenta}, Shape::set(config.units)),
        config_(config),
        embedding_(sizes_, "embedding", {2}, config.units, true) {
    for (std::int64_t b = 0; b < config.blocks; ++b) {
      blocks_.emplace_back(sizes_, "block_" + std::to_string(b + 1), config, b + 1 < config.blocks);
    }
  }

  std::vector<ParameterSpec> parameters() const override { return sizes_.all_specs(); }
  std::int64_t multiply_adds(std::int64_t constituents) const override {
    const std::int64_t n = constituents + (config_.beams ? kBeams : 0);
    std::int64_t sum = n * embedding_.multiply_adds();
    for (const LorentzBlock& block : blocks_) sum += block.multiply_adds(n);
    return sum;
  }
  /// Blocks' momenta and invariants have gradients, if the constituents' have none.
  std::int64_t input_multiply_adds(std::int64_t constituents) const override {
    return (constituents + (config_.beams ? kBeams : 0)) * embedding_.multiply_adds();
  }
  std::int64_t prepared_floats() const override { return sizes_.prepared; }
  void prepare(const float* parameters, float* prepared) const override {
    embedding_.prepare(parameters, prepared);
    for (const LorentzBlock& block : blocks_) block.prepare(parameters, prepared);
  }
  std::int64_t statistics_words() const override { return sizes_.statistics_words; }
  void update_averages(const std::int64_t* words, float* averages, bool anew) const override {
    for (const LorentzBlock& block : blocks_) block.update_averages(words, averages, anew);
  }
  LeafFloats floats_of(const RowOffsets& sets) const override {
    return LeafMemory<Kept, Scratch>(*this, all_rows(sets)).floats();
  }

  void forward(const LayerPass& pass, Planes y) const override {
    const RowOffsets sets = all_rows(*pass.leaf.sets);
    const LeafMemory<Kept, Scratch> memory(*this, sets, pass);
    const Kept& kept = memory.kept;
    const Scratch& scratch = memory.scratch;
    const LorentzLeaf leaf{sets, kernels::all_edges(sets, scratch.words), kept.scalars};
    begin(pass, sets, scratch.masses, kept);
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const bool is_last = b + 1 == blocks_.size();
      blocks_[b].forward(pass, leaf, kept.blocks[b], scratch.of_blocks,
                         is_last ? scratch.h : kept.blocks[b + 1].h, is_last ? Rows{} : kept.blocks[b + 1].x);
    }
    for_each_jet(pass, sets, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
      std::copy_n(scratch.h.row(from), count * scratch.h.stride(), rows_of(y, config_.units).row(to));
    });
  }

  bool backward_is_one() const override { return true; }
  bool backward(const LayerPass& pass, ConstPlanes, ConstPlanes dy, std::span<const InputGradient>,
                const GradientSums& sums) const override {
    const RowOffsets sets = all_rows(*pass.leaf.sets);
    const LeafMemory<Kept, Scratch> memory(*this, sets, pass);
    const Kept& kept = memory.kept;
    const Scratch& scratch = memory.scratch;
    const LorentzLeaf leaf{sets, kernels::all_edges(sets, scratch.words), kept.scalars};
    float* const gradients = scratch.of_blocks.gradients;
    std::fill_n(gradients, sizes_.gradients, 0.0F);
    const Rows dh = scratch.h;
    std::fill_n(dh.data, dh.rows * dh.stride(), 0.0F);
    std::fill_n(scratch.dx.data, scratch.dx.rows * scratch.dx.stride(), 0.0F);
    for_each_jet(pass, sets, [&](std::int64_t to, std::int64_t from, std::int64_t count) {
      std::copy_n(rows_of(dy, config_.units).row(from), count * dh.stride(), dh.row(to));
    });
    for (std::size_t b = blocks_.size(); b-- > 0;)
      blocks_[b].backward(pass, leaf, kept.blocks[b], scratch.of_blocks, dh, scratch.dx, b > 0);
    for_each_block(dh.rows, [&](std::int64_t first, std::int64_t count) {
      embedding_.add_gradients(0, rows_from(ConstRows(kept.scalars), first, count),
                               rows_from(ConstRows(dh), first, count), gradients,
                               scratch.of_blocks.temporary);
    });
    if (!sums.wanted()) return true;
    bool good = embedding_.finish(gradients, sums);
    for (std::size_t b = 0; b < blocks_.size(); ++b)
      good = blocks_[b].finish(leaf, kept.blocks[b], gradients, sums) && good;
    return good;
  }

 private:
  struct Kept {
    Kept(const LorentzBlocks& layer, const RowOffsets& sets, FloatPieces& memory)
        : scalars(memory.take_rows(sets.rows(), 2)) {
      for (std::size_t b = 0; b < layer.blocks_.size(); ++b)
        blocks.emplace_back(layer.config_.units, sets.rows(), memory);
    }
    Rows scalars;
    std::vector<LorentzKept> blocks;
  };

  struct Scratch {
    Scratch(const LorentzBlocks& layer, const RowOffsets& sets, FloatPieces& memory)
        : words(reinterpret_cast<std::int32_t*>(
              memory.take(edge_words(sets.rows(), kernels::all_edges_count(sets))))),
          masses(memory.take(sets.rows())),
          h(memory.take_rows(sets.rows(), layer.config_.units)),
          dx(memory.take_rows(sets.rows(), 4)),
          of_blocks(layer.config_.units, sets, layer.sizes_, memory) {}
    std::int32_t* words;
    float* masses;
    Rows h, dx;  ///< h: the last, then the gradient
    LorentzScratch of_blocks;
  };

  RowOffsets all_rows(const RowOffsets& sets) const { return config_.beams ? with_beams(sets) : sets; }

  /// Calls visit(first row among all, first row among the constituents, constituents) for each jet.
  template <class Visit>
  static void for_each_jet(const LayerPass& pass, const RowOffsets& all, const Visit& visit) {
    const RowOffsets& sets = *pass.leaf.sets;
    for (std::int64_t i = 0; i < kLanes; ++i) visit(all.begin(i), sets.begin(i), sets.count(i));
  }

  /// Momenta, scalars and embedding.
  void begin(const LayerPass& pass, const RowOffsets& sets, float* masses, const Kept& kept) const {
    const ConstRows momenta = rows_of(pass.x(), 4);
    const Rows x = kept.blocks.front().x;
    std::fill_n(kept.scalars.data, kept.scalars.rows * kept.scalars.stride(), 0.0F);
    std::fill_n(x.data, x.rows * x.stride(), 0.0F);
    for_each_jet(pass, sets, [&](std::int64_t to, std::int64_t from, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) std::copy_n(momenta.row(from + i), 4, x.row(to + i));
      if (!config_.beams || count == 0) return;
      for (std::int64_t beam = 0; beam < kBeams; ++beam) {
        float* const row = x.row(to + count + beam);
        row[0] = std::sqrt(2.0F);
        row[3] = beam == 0 ? 1.0F : -1.0F;
        kept.scalars.row(to + count + beam)[1] = 1.0F;
      }
    });
    kernels::minkowski_masses(x, masses);
    for (std::int64_t r = 0; r < x.rows; ++r) kept.scalars.row(r)[0] = masses[r];
    embedding_.forward(pass, 0, kept.scalars, {.bias = embedding_.bias(pass)}, kept.blocks.front().h);
  }

  LorentzBlocksConfig config_;
  PartSizes sizes_;
  SplitProductPart embedding_;
  std::vector<LorentzBlock> blocks_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer_on(const LorentzBlocksConfig& config, const std::vector<Shape>& inputs) {
  return std::make_unique<LorentzBlocks>(config, inputs.front());
}

}  // namespace jetrain

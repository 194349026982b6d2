#include <algorithm>

#include "nn/pair_matrices.hpp"
#include "nn/row_line_part.hpp"
#include "row_kernels/pair_bias.hpp"
#include "row_kernels/pair_features.hpp"
#include "row_kernels/row_gelu.hpp"

namespace jetrain {
namespace {

/// The bias that the Particle Transformer adds to the logits of its attention (Qu, Li and Qian,
/// arXiv:2202.03772): four numbers of each pair of constituents (row_kernels/pair_features.hpp), batch norm,
/// then several times, last to the heads: dense, batch norm, gelu. Each pair is computed once, a constituent
/// and itself make none.
///
/// With z_0 = norm_0(features), y_l = W_l z_(l-1) + b_l and z_l = gelu(norm_l(y_l)): a norm needs the sums
/// over all pairs of the leaf before the next product can begin, so forward goes over the pairs once a
/// product, in blocks that stay in the second-level cache, and keeps the features and each y_l only. Without
/// statistics to take, a block goes through all products at once. Backward has in one buffer, for each pair,
/// g_l = dz_l gelu'(norm_l(y_l)), whose two sums it takes while it writes it; with them it goes over the
/// pairs again: dy_l from g_l, then dz_(l-1) = W_l^T dy_l, of y_(l-1) at once z_(l-1) for the gradient of W_l
/// and the slope for g_(l-1), which takes g_l's place.
class Pairs final : public Layer {
 public:
  explicit Pairs(const PairsConfig& config)
      : Layer(PairsDescription{static_cast<float>(config.epsilon)}, {Shape::set(4)},
              PairsShape{config.heads}) {
    std::vector<std::int64_t> widths{kernels::kPairFeatures};
    widths.insert(widths.end(), config.units.begin(), config.units.end());
    widths.push_back(config.heads);
    for (std::size_t l = 0; l < widths.size(); ++l) {
      const std::string number = std::to_string(l);
      if (l > 0) products_.push_back({sizes_, "dense_" + number, widths[l - 1], widths[l], widths[l]});
      norms_.emplace_back(sizes_, "norm_" + number + "_", "", widths[l], config.momentum, config.epsilon);
      widest_ = std::max(widest_, widths[l]);
    }
  }

  std::vector<ParameterSpec> parameters() const override { return sizes_.all_specs(); }
  std::int64_t multiply_adds(std::int64_t n) const override {
    std::int64_t sum = 0;
    for (const RowProductPart& product : products_) sum += product.multiply_adds();
    return n * (n - 1) / 2 * sum;
  }
  /// The features' own gradients are those of the norm before the first product, so that it is gone back
  /// through whole.
  std::int64_t input_multiply_adds(std::int64_t) const override { return 0; }
  std::int64_t prepared_floats() const override { return sizes_.prepared; }
  void prepare(const float* parameters, float* prepared) const override {
    for (const RowProductPart& product : products_) product.prepare(parameters, prepared);
  }
  std::int64_t statistics_words() const override { return sizes_.statistics_words; }
  void update_averages(const std::int64_t* words, float* averages, bool anew) const override {
    for (const RowLinePart& norm : norms_) norm.update_averages(words, averages, anew);
  }
  LeafFloats floats_of(const RowOffsets& sets) const override {
    return LeafMemory<Kept, Scratch>(*this, sets.pairs()).floats();
  }

  void forward(const LayerPass& pass, Planes y) const override {
    const std::int64_t pairs = pass.leaf.sets->pairs();
    const LeafMemory<Kept, Scratch> memory(*this, pairs, pass);
    const Kept& kept = memory.kept;
    const Scratch& scratch = memory.scratch;
    find_features(pass, kept.values.front());
    pass.takes_statistics() ? multiply_and_norm(pass, kept, scratch, pairs)
                            : multiply(pass, kept, scratch, pairs);
    const std::int64_t heads = norms_.back().channels();
    for_each_sample_of_pairs(*pass.leaf.sets, [&](const SampleOfPairs& at) {
      const Rows z{scratch.heads, at.pairs, heads};
      value_of(norms_.size() - 1, rows_from(ConstRows(kept.values.back()), at.first_pair, at.pairs), kept, z);
      kernels::pairs_to_matrices(z, at.n, y.data + heads * at.matrix);
    });
  }

  bool backward_is_one() const override { return true; }
  bool backward(const LayerPass& pass, ConstPlanes, ConstPlanes dy, std::span<const InputGradient>,
                const GradientSums& sums) const override {
    const std::int64_t pairs = pass.leaf.sets->pairs();
    const LeafMemory<Kept, Scratch> memory(*this, pairs, pass);
    const Kept& kept = memory.kept;
    const Scratch& scratch = memory.scratch;
    float* const gradients = scratch.gradients;
    std::fill_n(gradients, sizes_.gradients, 0.0F);
    const std::size_t last = norms_.size() - 1;
    const Rows dz{scratch.heads, pairs, norms_[last].channels()};
    for_each_sample_of_pairs(*pass.leaf.sets, [&](const SampleOfPairs& at) {
      kernels::matrices_to_pairs(dy.data + dz.channels * at.matrix, at.n,
                                 rows_from(dz, at.first_pair, at.pairs));
    });
    for_each_block(pairs, [&](std::int64_t first, std::int64_t rows) {
      kernels::row_line_gelu_backward(rows_from(ConstRows(kept.values[last]), first, rows),
                                      rows_from(dz, first, rows), kept.line(last), {},
                                      scratch.gradient(first, rows, norms_[last].channels()),
                                      norms_[last].dgamma(gradients), norms_[last].dbeta(gradients));
    });
    for (std::size_t l = last; l > 0; --l) backward_product(pass, kept, scratch, l, pairs);
    norms_[0].begin_backward(pass, kept.norms[0], pairs, gradients, scratch.back);
    return finish(kept, pairs, gradients, sums);
  }

 private:
  struct Kept {
    Kept(const Pairs& layer, std::int64_t pairs, FloatPieces& memory) {
      for (const RowLinePart& norm : layer.norms_) {
        values.push_back(memory.take_rows(pairs, norm.channels()));
        norms.emplace_back(norm.channels(), memory);
      }
    }
    kernels::RowLine line(std::size_t l) const { return norms[l].line(); }
    std::vector<Rows> values;  ///< the features, then y_1, y_2, ...
    std::vector<RowLinePart::Kept> norms;
  };

  struct Scratch {
    Scratch(const Pairs& layer, std::int64_t pairs, FloatPieces& memory)
        : widest(padded_channels(layer.widest_)) {
      for (float*& one : blocks) one = memory.take(kPartRows * widest);
      moments = memory.take(kernels::row_moments_floats(layer.widest_));
      back = memory.take(kernels::row_line_back_floats(layer.widest_));
      gradients = memory.take(layer.sizes_.gradients);
      temporary = memory.take(layer.sizes_.temporary);
      gradient_rows = memory.take(pairs * widest);
      heads = memory.take(pairs * padded_channels(layer.norms_.back().channels()));
    }
    Rows block(int which, std::int64_t rows, std::int64_t channels) const {
      return {blocks[which], rows, channels};
    }
    /// g of a block, at the same place whatever the layer's channels are.
    Rows gradient(std::int64_t first, std::int64_t rows, std::int64_t channels) const {
      return {gradient_rows + first * widest, rows, channels};
    }
    std::int64_t widest;
    float* blocks[3];
    float *moments, *back, *gradients, *temporary, *gradient_rows;
    float* heads;  ///< rows of what goes into and comes out of matrices
  };

  static void find_features(const LayerPass& pass, Rows features) {
    const RowOffsets& sets = *pass.leaf.sets;
    const ConstRows momenta = rows_of(pass.x(), 4);
    for_each_sample_of_pairs(sets, [&](const SampleOfPairs& at) {
      kernels::pair_features(rows_from(momenta, sets.begin(at.sample), at.n),
                             rows_from(features, at.first_pair, at.pairs));
    });
  }

  /// z_l.
  static void value_of(std::size_t l, ConstRows y, const Kept& kept, Rows z) {
    l == 0 ? kernels::row_line_forward(y, kept.line(l), false, z)
           : kernels::row_line_gelu_forward(y, kept.line(l), z);
  }

  /// From features to the last y, with the norms' statistics.
  void multiply_and_norm(const LayerPass& pass, const Kept& kept, const Scratch& scratch,
                         std::int64_t pairs) const {
    for (std::size_t l = 0; l < norms_.size(); ++l) {
      kernels::RowMoments moments = kernels::start_moments(norms_[l].channels(), scratch.moments);
      for_each_block(pairs, [&](std::int64_t first, std::int64_t rows) {
        const Rows y = rows_from(kept.values[l], first, rows);
        if (l > 0) {
          const Rows z = scratch.block(0, rows, norms_[l - 1].channels());
          value_of(l - 1, rows_from(ConstRows(kept.values[l - 1]), first, rows), kept, z);
          products_[l - 1].forward(pass, z, y);
        }
        kernels::add_moments(y, moments);
      });
      norms_[l].line_of(pass, moments, kept.norms[l]);
    }
  }

  /// The same with the norms' averages, where nobody asks for what is in between.
  void multiply(const LayerPass& pass, const Kept& kept, const Scratch& scratch, std::int64_t pairs) const {
    for (std::size_t l = 0; l < norms_.size(); ++l) norms_[l].average_line(pass, kept.norms[l]);
    for_each_block(pairs, [&](std::int64_t first, std::int64_t rows) {
      ConstRows y = rows_from(ConstRows(kept.values.front()), first, rows);
      for (std::size_t l = 1; l < norms_.size(); ++l) {
        const Rows z = scratch.block(0, rows, norms_[l - 1].channels());
        const Rows product = l + 1 == norms_.size() ? rows_from(kept.values[l], first, rows)
                                                    : scratch.block(1, rows, norms_[l].channels());
        value_of(l - 1, y, kept, z);
        products_[l - 1].forward(pass, z, product);
        y = product;
      }
    });
  }

  /// From g_l to g_(l-1), with the gradients of product and norm l.
  void backward_product(const LayerPass& pass, const Kept& kept, const Scratch& scratch, std::size_t l,
                        std::int64_t pairs) const {
    float* const gradients = scratch.gradients;
    const RowLinePart& norm = norms_[l];
    const RowLinePart& before = norms_[l - 1];
    const kernels::RowLineBack back =
        norm.begin_backward(pass, kept.norms[l], pairs, gradients, scratch.back);
    for_each_block(pairs, [&](std::int64_t first, std::int64_t rows) {
      const Rows dy = scratch.block(0, rows, norm.channels());
      const Rows dz = scratch.block(1, rows, before.channels());
      const Rows z = scratch.block(2, rows, before.channels());
      const ConstRows y_before = rows_from(ConstRows(kept.values[l - 1]), first, rows);
      kernels::row_line_backward(rows_from(ConstRows(kept.values[l]), first, rows),
                                 scratch.gradient(first, rows, norm.channels()), kept.line(l), false, back,
                                 dy);
      products_[l - 1].backward_input(pass, dy, dz);
      if (l > 1) {
        kernels::row_line_gelu_backward(y_before, dz, kept.line(l - 1), z,
                                        scratch.gradient(first, rows, before.channels()),
                                        before.dgamma(gradients), before.dbeta(gradients));
      } else {
        kernels::row_line_forward(y_before, kept.line(0), false, z);
        kernels::row_line_sums(y_before, dz, kept.line(0), false, before.dgamma(gradients),
                               before.dbeta(gradients));
      }
      products_[l - 1].add_gradients(z, dy, gradients, scratch.temporary);
    });
  }

  bool finish(const Kept& kept, std::int64_t pairs, float* gradients, const GradientSums& sums) const {
    if (!sums.wanted()) return true;
    bool good = true;
    for (const RowProductPart& product : products_) good = product.finish(gradients, sums) && good;
    for (std::size_t l = 0; l < norms_.size(); ++l)
      good = norms_[l].finish(kept.norms[l], pairs, gradients, sums) && good;
    return good;
  }

  PartSizes sizes_;
  std::vector<RowProductPart> products_;
  std::vector<RowLinePart> norms_;
  std::int64_t widest_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer_on(const PairsConfig& config, const std::vector<Shape>&) {
  return std::make_unique<Pairs>(config);
}

}  // namespace jetrain

#include "row_kernels/attention.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/activation.hpp"
#include "nn/feed_forward_part.hpp"
#include "nn/pair_matrices.hpp"

namespace jetrain {
namespace {

/// A block of self-attention over a jet's constituents (Vaswani et al., arXiv:1706.03762), as the Particle
/// Transformer has it (Qu, Li and Qian, arXiv:2202.03772; its norms and scales: Shleifer et al., NormFormer,
/// arXiv:2110.09456):
///
///     x1 = x + drop(LN(W_o attention(W_qkv LN(x), bias)))     attention: row_kernels/attention.hpp
///     y  = w x1 + drop(W_2 LN(drop(gelu(W_1 LN(x1)))))        nn/feed_forward_part.hpp
///
/// The second and fourth LN, the scale of the heads and w may be left out: a plain block with norms before.
///
/// Kept are x1 and what products give; backward computes normalisations, gelu and probabilities again,
/// block by block of rows.
class AttentionBlock final : public Layer {
 public:
  AttentionBlock(const AttentionConfig& config, std::vector<Shape> inputs)
      : Layer(AttentionDescription{config.heads, static_cast<float>(config.epsilon)}, inputs, inputs.front()),
        config_(config),
        channels_(require_set(inputs.front(), config.kName).channels),
        drop_weights_(config.dropout, 0),
        drop_attention_(config.dropout, 1) {
    const std::int64_t smaller = 2 * config.depth;  // of variances: weights are divided by sqrt(2 depth)
    norm_input_ = {sizes_, "norm_input", channels_, config.epsilon};
    qkv_ = {sizes_, "qkv", channels_, 3 * channels_, channels_};
    if (config.head_scale) head_scale_ = {sizes_, "head_scale", config.heads, 1, ParameterRole::scale};
    projection_ = {sizes_, "projection", channels_, channels_, channels_, smaller};
    if (config.inner_norms) norm_attention_ = {sizes_, "norm_attention", channels_, config.epsilon};
    feed_ = {sizes_,
             {.channels = channels_,
              .hidden = config.hidden == 0 ? 4 * channels_ : config.hidden,
              .depth = config.depth,
              .epsilon = config.epsilon,
              .dropout = config.dropout,
              .inner_norm = config.inner_norms,
              .residual_scale = config.residual_scale}};
  }

  std::vector<ParameterSpec> parameters() const override { return sizes_.specs; }
  std::int64_t multiply_adds(std::int64_t n) const override {
    return n *
           (qkv_.multiply_adds() + projection_.multiply_adds() + feed_.multiply_adds() + 2 * n * channels_);
  }
  std::int64_t prepared_floats() const override { return sizes_.prepared; }
  void prepare(const float* parameters, float* prepared) const override {
    qkv_.prepare(parameters, prepared);
    projection_.prepare(parameters, prepared);
    feed_.prepare(parameters, prepared);
  }
  LeafFloats floats_of(const RowOffsets& sets) const override {
    FloatPieces kept;
    FloatPieces scratch;
    static_cast<void>(Kept(*this, sets, kept));
    static_cast<void>(Scratch(*this, sets, scratch));
    return {.kept = kept.taken(), .scratch = scratch.taken()};
  }

  void forward(const LayerPass& pass, Planes y_planes) const override {
    const RowOffsets& sets = *pass.leaf.sets;
    FloatPieces kept_memory(pass.kept);
    FloatPieces scratch_memory(pass.scratch);
    const Kept kept(*this, sets, kept_memory);
    const Scratch scratch(*this, sets, scratch_memory);
    const ConstRows x = rows_of(pass.x(), channels_);
    for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
      const Rows normed = scratch.narrow(rows);
      norm_input_.forward(pass, rows_from(x, first, rows), kept.norm_input + 2 * first, normed);
      qkv_.forward(pass, normed, rows_from(kept.qkv, first, rows));
    });
    attend(pass, kept);
    for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
      const Rows middle = rows_from(kept.middle, first, rows);
      const Rows projected = rows_from(kept.projected, first, rows);
      projection_.forward(pass, rows_from(kept.attended, first, rows), projected);
      if (config_.inner_norms) {
        norm_attention_.forward(pass, projected, kept.norm_attention + 2 * first, middle);
      } else {
        kernels::copy(planes_of(ConstRows(projected)), planes_of(middle));
      }
      drop_attention_.forward(pass, first, middle, kept.of_attention);
      kernels::accumulate(planes_of(rows_from(x, first, rows)), planes_of(middle));
      feed_.forward(pass, kept.feed, scratch.feed, first, middle,
                    rows_from(rows_of(y_planes, channels_), first, rows));
    });
  }

  bool backward_is_one() const override { return true; }
  bool backward(const LayerPass& pass, ConstPlanes, ConstPlanes dy_planes,
                std::span<const InputGradient> gradients, const GradientSums& sums) const override {
    const RowOffsets& sets = *pass.leaf.sets;
    FloatPieces kept_memory(pass.kept);
    FloatPieces scratch_memory(pass.scratch);
    const Kept kept(*this, sets, kept_memory);
    const Scratch scratch(*this, sets, scratch_memory);
    std::fill_n(scratch.gradients, sizes_.gradients, 0.0F);
    const ConstRows x = rows_of(pass.x(), channels_);
    const ConstRows dy = rows_of(dy_planes, channels_);
    for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
      feed_.backward(pass, kept.feed, scratch.feed, first, rows_from(ConstRows(kept.middle), first, rows),
                     rows_from(dy, first, rows), rows_from(scratch.dmiddle, first, rows), scratch.gradients,
                     scratch.temporary);
      project_backward(pass, kept, scratch, first, rows);
    });
    attend_backward(pass, kept, scratch, gradients);
    for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
      const Rows normed = scratch.narrow(rows);
      const ConstRows block = rows_from(x, first, rows);
      float* const stats = kept.norm_input + 2 * first;
      norm_input_.forward(pass, block, stats, normed);
      const Rows dqkv = rows_from(scratch.dqkv, first, rows);
      qkv_.add_gradients(normed, dqkv, scratch.gradients, scratch.temporary);
      qkv_.backward_input(pass, dqkv, normed);
      norm_input_.backward(pass, block, normed, stats, normed, scratch.gradients, scratch.temporary);
      if (!gradients.front().wanted()) return;
      const Rows dx = rows_from(rows_of(gradients.front().dx, channels_), first, rows);
      kernels::add_forward(planes_of(ConstRows(normed)),
                           planes_of(rows_from(ConstRows(scratch.dmiddle), first, rows)), false,
                           planes_of(dx));
    });
    return finish(scratch.gradients, sums);
  }

 private:
  bool has_bias() const { return inputs().size() > 1; }

  /// What forward keeps, a row a constituent.
  struct Kept {
    Kept(const AttentionBlock& block, const RowOffsets& sets, FloatPieces& memory) {
      const std::int64_t rows = sets.rows();
      norm_input = memory.take(2 * rows);
      norm_attention = memory.take(2 * rows);
      qkv = memory.take_rows(rows, 3 * block.channels_);
      attended = memory.take_rows(rows, block.channels_);
      projected = memory.take_rows(rows, block.channels_);
      middle = memory.take_rows(rows, block.channels_);
      feed = {block.feed_, rows, memory};
      for (std::int64_t i = 0; i < kLanes; ++i) {
        const kernels::Attention attention = block.attention_of(sets.count(i));
        of_jets[i] = memory.take(attention.kept_floats());
        if (block.config_.dropout > 0) of_weights[i] = memory.take_words(attention.decision_words());
      }
      of_attention = block.drop_attention_.take(memory, rows, block.channels_);
    }
    float *norm_input, *norm_attention;
    Rows qkv, attended, projected, middle;
    FeedForwardPart::Kept feed;
    float* of_jets[kLanes];
    kernels::KeptBits *of_weights[kLanes] = {}, *of_attention;  ///< what dropout keeps
  };

  struct Scratch {
    Scratch(const AttentionBlock& block, const RowOffsets& sets, FloatPieces& memory)
        : feed(block.feed_, memory) {
      gradients = memory.take(block.sizes_.gradients);
      temporary = memory.take(block.sizes_.temporary);
      dmiddle = memory.take_rows(sets.rows(), block.channels_);
      dattended = memory.take_rows(sets.rows(), block.channels_);
      dqkv = memory.take_rows(sets.rows(), 3 * block.channels_);
    }
    /// A block that nobody else uses between two calls of the feed-forward part.
    Rows narrow(std::int64_t rows) const { return feed.narrow(rows); }
    FeedForwardPart::Scratch feed;
    float *gradients, *temporary;
    Rows dmiddle, dattended, dqkv;
  };

  kernels::Attention attention_of(std::int64_t n) const {
    return {.queries = n, .keys = n, .heads = config_.heads, .size = channels_ / config_.heads};
  }

  /// Of one jet, whose pairs stand from `pair` on; the dropout that it points to is `dropout`.
  kernels::Attention attention_of(const LayerPass& pass, const Kept& kept, const SampleOfPairs& at,
                                  kernels::SetDropout& dropout) const {
    kernels::Attention attention = attention_of(at.n);
    const float* const qkv = kept.qkv.row(pass.leaf.sets->begin(at.sample));
    attention.q = {qkv, kept.qkv.stride()};
    attention.k = {qkv + channels_, kept.qkv.stride()};
    attention.v = {qkv + 2 * channels_, kept.qkv.stride()};
    if (config_.head_scale) attention.scale = head_scale_.values(pass);
    if (drop_weights_.drops(pass)) {
      dropout = drop_weights_.of_sample(pass, at.sample);
      attention.dropout = &dropout;
      attention.decisions = kept.of_weights[at.sample];
    }
    if (has_bias()) attention.bias = pass.inputs[1].data + config_.heads * at.matrix;
    return attention;
  }

  void attend(const LayerPass& pass, const Kept& kept) const {
    clear_padding(kept.attended);
    for_each_sample_of_pairs(*pass.leaf.sets, [&](const SampleOfPairs& at) {
      kernels::SetDropout dropout;
      const kernels::Attention attention = attention_of(pass, kept, at, dropout);
      kernels::attention_forward(
          attention, kept.of_jets[at.sample],
          {kept.attended.row(pass.leaf.sets->begin(at.sample)), kept.attended.stride()});
    });
  }

  void attend_backward(const LayerPass& pass, const Kept& kept, const Scratch& scratch,
                       std::span<const InputGradient> gradients) const {
    clear_padding(scratch.dqkv);
    const bool wants_bias = has_bias() && gradients[1].wanted();
    for_each_sample_of_pairs(*pass.leaf.sets, [&](const SampleOfPairs& at) {
      kernels::SetDropout dropout;
      const kernels::Attention attention = attention_of(pass, kept, at, dropout);
      const std::int64_t row = pass.leaf.sets->begin(at.sample);
      float* const dqkv = scratch.dqkv.row(row);
      const std::int64_t stride = scratch.dqkv.stride();
      kernels::attention_backward(
          attention, kept.of_jets[at.sample], {scratch.dattended.row(row), scratch.dattended.stride()},
          {.dq = {dqkv, stride},
           .dk = {dqkv + channels_, stride},
           .dv = {dqkv + 2 * channels_, stride},
           .dbias = wants_bias ? gradients[1].dx.data + config_.heads * at.matrix : nullptr,
           .dscale = config_.head_scale ? head_scale_.gradient(scratch.gradients) : nullptr});
    });
  }

  /// From scratch.dmiddle of a block to scratch.dattended.
  void project_backward(const LayerPass& pass, const Kept& kept, const Scratch& scratch, std::int64_t first,
                        std::int64_t rows) const {
    const ConstRows projected = rows_from(ConstRows(kept.projected), first, rows);
    const Rows dprojected = scratch.narrow(rows);
    kernels::copy(planes_of(rows_from(ConstRows(scratch.dmiddle), first, rows)), planes_of(dprojected));
    drop_attention_.again(pass, first, dprojected, kept.of_attention);
    if (config_.inner_norms) {
      norm_attention_.backward(pass, projected, dprojected, kept.norm_attention + 2 * first, dprojected,
                               scratch.gradients, scratch.temporary);
    }
    projection_.add_gradients(rows_from(ConstRows(kept.attended), first, rows), dprojected, scratch.gradients,
                              scratch.temporary);
    projection_.backward_input(pass, dprojected, rows_from(scratch.dattended, first, rows));
  }

  bool finish(float* gradients, const GradientSums& sums) const {
    bool good = qkv_.finish(gradients, sums);
    good = projection_.finish(gradients, sums) && good;
    good = norm_input_.finish(gradients, sums) && good;
    if (config_.inner_norms) good = norm_attention_.finish(gradients, sums) && good;
    if (config_.head_scale) good = head_scale_.finish(gradients, sums) && good;
    good = feed_.finish(gradients, sums) && good;
    return good;
  }

  AttentionConfig config_;
  std::int64_t channels_;
  RowDropoutPart drop_weights_, drop_attention_;
  PartSizes sizes_;
  RowNormPart norm_input_, norm_attention_;
  RowProductPart qkv_, projection_;
  RowVectorPart head_scale_;
  FeedForwardPart feed_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer_on(const AttentionConfig& config, const std::vector<Shape>& inputs) {
  return std::make_unique<AttentionBlock>(config, inputs);
}

}  // namespace jetrain

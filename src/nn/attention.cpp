#include "row_kernels/attention.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/activation.hpp"
#include "nn/behind_attention_part.hpp"
#include "nn/pair_matrices.hpp"

namespace jetrain {
namespace {

/// A block of self-attention over a jet's constituents (Vaswani et al., arXiv:1706.03762), as the Particle
/// Transformer has it (Qu, Li and Qian, arXiv:2202.03772):
///
///     a = attention(W_qkv LN(x), bias)      row_kernels/attention.hpp
///     y = ...                               of a and x: nn/behind_attention_part.hpp
///
/// Without the inner norms and scales it is a plain block with norms before.
///
/// Kept is what products give; backward computes normalisations and probabilities again, block by block of
/// rows.
class AttentionBlock final : public Layer {
 public:
  AttentionBlock(const AttentionConfig& config, std::vector<Shape> inputs)
      : Layer(AttentionDescription{config.heads, static_cast<float>(config.epsilon)}, inputs, inputs.front()),
        config_(config),
        channels_(require_set(inputs.front(), config.kName).channels),
        drop_weights_(config.dropout, 0) {
    const RowNormPart norm_input(sizes_, "norm_input", channels_, config.epsilon);
    qkv_ = {norm_input, {sizes_, "qkv", channels_, 3 * channels_, channels_}};
    behind_ = {sizes_, config, channels_, config.dropout};
  }

  std::vector<ParameterSpec> parameters() const override { return sizes_.specs; }
  std::int64_t multiply_adds(std::int64_t n) const override {
    return n * (qkv_.multiply_adds() + behind_.multiply_adds() + 2 * n * channels_);
  }
  std::int64_t prepared_floats() const override { return sizes_.prepared; }
  void prepare(const float* parameters, float* prepared) const override {
    qkv_.prepare(parameters, prepared);
    behind_.prepare(parameters, prepared);
  }
  LeafFloats floats_of(const RowOffsets& sets) const override {
    return LeafMemory<Kept, Scratch>(*this, sets).floats();
  }

  void forward(const LayerPass& pass, Planes y_planes) const override {
    const LeafMemory<Kept, Scratch> memory(*this, *pass.leaf.sets, pass);
    const Kept& kept = memory.kept;
    const Scratch& scratch = memory.scratch;
    const ConstRows x = rows_of(pass.x(), channels_);
    for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
      qkv_.forward(pass, rows_from(x, first, rows), kept.norm_input + 2 * first, scratch.narrow(rows),
                   rows_from(kept.qkv, first, rows));
    });
    attend(pass, kept);
    for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
      behind_.forward(pass, kept, scratch, first, rows_from(x, first, rows),
                      rows_from(rows_of(y_planes, channels_), first, rows));
    });
  }

  bool backward_is_one() const override { return true; }
  bool backward(const LayerPass& pass, ConstPlanes, ConstPlanes dy_planes,
                std::span<const InputGradient> gradients, const GradientSums& sums) const override {
    const LeafMemory<Kept, Scratch> memory(*this, *pass.leaf.sets, pass);
    const Kept& kept = memory.kept;
    const Scratch& scratch = memory.scratch;
    std::fill_n(scratch.gradients, sizes_.gradients, 0.0F);
    const ConstRows x = rows_of(pass.x(), channels_);
    const ConstRows dy = rows_of(dy_planes, channels_);
    for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
      behind_.backward(pass, kept, scratch, first, rows_from(dy, first, rows));
    });
    attend_backward(pass, kept, scratch, gradients);
    for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
      const Rows dqkv = rows_from(scratch.dqkv, first, rows);
      const Rows by_qkv = scratch.narrow(rows);
      qkv_.backward(pass, rows_from(x, first, rows), kept.norm_input + 2 * first, dqkv, by_qkv,
                    scratch.gradients, scratch.temporary);
      if (!gradients.front().wanted()) return;
      const Rows dx = rows_from(rows_of(gradients.front().dx, channels_), first, rows);
      kernels::add_forward(planes_of(ConstRows(by_qkv)),
                           planes_of(rows_from(ConstRows(scratch.dmiddle), first, rows)), false,
                           planes_of(dx));
    });
    if (!sums.wanted()) return true;
    const bool good = qkv_.finish(scratch.gradients, sums);
    return behind_.finish(scratch.gradients, sums) && good;
  }

 private:
  bool has_bias() const { return inputs().size() > 1; }

  /// What forward keeps, a row a constituent.
  struct Kept : BehindAttentionPart::Kept {
    Kept(const AttentionBlock& block, const RowOffsets& sets, FloatPieces& memory)
        : BehindAttentionPart::Kept(block.behind_, sets.rows(), memory) {
      norm_input = memory.take(2 * sets.rows());
      qkv = memory.take_rows(sets.rows(), 3 * block.channels_);
      for (std::int64_t i = 0; i < kLanes; ++i) {
        const kernels::Attention attention = block.attention_of(sets.count(i));
        of_jets[i] = memory.take(attention.kept_floats());
        if (block.config_.dropout > 0) of_weights[i] = memory.take_words(attention.decision_words());
      }
    }
    float* norm_input;
    Rows qkv;
    float* of_jets[kLanes];
    kernels::KeptBits* of_weights[kLanes] = {};  ///< what dropout keeps
  };

  struct Scratch : BehindAttentionPart::Scratch {
    Scratch(const AttentionBlock& block, const RowOffsets& sets, FloatPieces& memory)
        : BehindAttentionPart::Scratch(block.behind_, block.sizes_, sets.rows(), memory) {
      dqkv = memory.take_rows(sets.rows(), 3 * block.channels_);
    }
    Rows dqkv;
  };

  kernels::Attention attention_of(std::int64_t n) const {
    return {.queries = n, .keys = n, .heads = config_.heads, .size = channels_ / config_.heads};
  }

  /// Of one jet; the dropout that it points to is `dropout`.
  kernels::Attention attention_of(const LayerPass& pass, const Kept& kept, const SampleOfPairs& at,
                                  kernels::SetDropout& dropout) const {
    kernels::Attention attention = attention_of(at.n);
    const float* const qkv = kept.qkv.row(pass.leaf.sets->begin(at.sample));
    attention.q = {qkv, kept.qkv.stride()};
    attention.k = {qkv + channels_, kept.qkv.stride()};
    attention.v = {qkv + 2 * channels_, kept.qkv.stride()};
    attention.scale = behind_.head_scale(pass);
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
           .dscale = behind_.head_scale_gradient(scratch.gradients)});
    });
  }

  AttentionConfig config_;
  std::int64_t channels_;
  RowDropoutPart drop_weights_;
  PartSizes sizes_;
  NormedProductPart qkv_;
  BehindAttentionPart behind_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer_on(const AttentionConfig& config, const std::vector<Shape>& inputs) {
  return std::make_unique<AttentionBlock>(config, inputs);
}

}  // namespace jetrain

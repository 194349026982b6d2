#include <algorithm>

#include "kernels/activation.hpp"
#include "nn/feed_forward_part.hpp"
#include "row_kernels/attention.hpp"

namespace jetrain {
namespace {

/// Class attention (Touvron et al., "Going deeper with image transformers", ICCV 2021, arXiv:2103.17239), as
/// the Particle Transformer has it (Qu, Li and Qian, arXiv:2202.03772; hqucms/weaver-core). With t the jet's
/// token and [t; x] the token in front of the jet's constituents:
///
///     t1 = t + LN(W_o attention(W_q t, W_kv LN([t; x])))      attention: row_kernels/attention.hpp, one
///     query y  = w t1 + W_2 LN(gelu(W_1 LN(t1)))                    nn/feed_forward_part.hpp
///
/// The token itself asks, without LN. A jet without constituents has its token to attend to. Tokens come as
/// the second input, (channels, lanes), or one is learnt for all jets. Rows of [t; x] are "joined": those of
/// sample i begin at its own first row plus i.
///
/// Kept are t1 and what products give; [t; x] and normalisations are made again on the way back.
class ClassAttentionBlock final : public Layer {
 public:
  ClassAttentionBlock(const ClassAttentionConfig& config, const std::vector<Shape>& inputs)
      : Layer(ClassAttentionDescription{config.heads, static_cast<float>(config.epsilon)}, inputs,
              Shape::vector(inputs.front().size())),
        config_(config),
        channels_(require_set(inputs.front(), config.kName).channels) {
    // weaver-core's trunc_normal_ cuts at 2, a hundred deviations.
    const InitializerConfig start{NormalInitializer{.mean = 0, .stddev = 0.02}};
    if (!has_token()) token_ = {sizes_, "token", channels_, start, ParameterRole::token};
    norm_input_ = {sizes_, "norm_input", channels_, config.epsilon};
    query_ = {sizes_, "query", channels_, channels_, channels_};
    key_value_ = {sizes_, "key_value", channels_, 2 * channels_, channels_};
    if (config.head_scale) head_scale_ = {sizes_, "head_scale", config.heads, 1, ParameterRole::scale};
    projection_ = {sizes_, "projection", channels_, channels_, channels_, 2 * config.depth};
    if (config.inner_norms) norm_attention_ = {sizes_, "norm_attention", channels_, config.epsilon};
    feed_ = {sizes_,
             {.channels = channels_,
              .hidden = config.hidden == 0 ? 4 * channels_ : config.hidden,
              .depth = config.depth,
              .epsilon = config.epsilon,
              .inner_norm = config.inner_norms,
              .residual_scale = config.residual_scale}};
  }

  std::vector<ParameterSpec> parameters() const override { return sizes_.specs; }
  std::int64_t multiply_adds(std::int64_t n) const override {
    return (n + 1) * (key_value_.multiply_adds() + 2 * channels_) + query_.multiply_adds() +
           projection_.multiply_adds() + feed_.multiply_adds();
  }
  std::int64_t prepared_floats() const override { return sizes_.prepared; }
  void prepare(const float* parameters, float* prepared) const override {
    for (const RowProductPart* part : {&query_, &key_value_, &projection_}) {
      part->prepare(parameters, prepared);
    }
    feed_.prepare(parameters, prepared);
  }
  LeafFloats floats_of(const RowOffsets& sets) const override {
    FloatPieces kept;
    FloatPieces scratch;
    static_cast<void>(Kept(*this, sets, kept));
    static_cast<void>(Scratch(*this, sets, scratch));
    return {.kept = kept.taken(), .scratch = scratch.taken()};
  }

  void forward(const LayerPass& pass, Planes y) const override {
    const RowOffsets& sets = *pass.leaf.sets;
    FloatPieces kept_memory(pass.kept);
    FloatPieces scratch_memory(pass.scratch);
    const Kept kept(*this, sets, kept_memory);
    const Scratch scratch(*this, sets, scratch_memory);
    tokens_of(pass, kept.tokens);
    join(kept.tokens, rows_of(pass.x(), channels_), sets, scratch.joined);
    for_each_block(scratch.joined.rows, [&](std::int64_t first, std::int64_t rows) {
      const Rows normed = scratch.feed.narrow(rows);
      norm_input_.forward(pass, rows_from(scratch.joined, first, rows), kept.norm_input + 2 * first, normed);
      key_value_.forward(pass, normed, rows_from(kept.key_value, first, rows));
    });
    query_.forward(pass, kept.tokens, kept.query);
    clear_padding(kept.attended);
    for (std::int64_t i = 0; i < kLanes; ++i) {
      kernels::attention_forward(attention_of(pass, kept, i), kept.of_jets[i],
                                 {kept.attended.row(i), kept.attended.stride()});
    }
    projection_.forward(pass, kept.attended, kept.projected);
    if (config_.inner_norms) {
      norm_attention_.forward(pass, kept.projected, kept.norm_attention, kept.middle);
    } else {
      kernels::copy(planes_of(ConstRows(kept.projected)), planes_of(kept.middle));
    }
    kernels::accumulate(planes_of(ConstRows(kept.tokens)), planes_of(kept.middle));
    feed_.forward(pass, kept.feed, scratch.feed, 0, kept.middle, scratch.dmiddle);
    to_lanes(scratch.dmiddle, y.data);
  }

  bool backward_is_one() const override { return true; }
  bool backward(const LayerPass& pass, ConstPlanes, ConstPlanes dy, std::span<const InputGradient> gradients,
                const GradientSums& sums) const override {
    const RowOffsets& sets = *pass.leaf.sets;
    FloatPieces kept_memory(pass.kept);
    FloatPieces scratch_memory(pass.scratch);
    const Kept kept(*this, sets, kept_memory);
    const Scratch scratch(*this, sets, scratch_memory);
    std::fill_n(scratch.gradients, sizes_.gradients, 0.0F);
    from_lanes(dy.data, scratch.dtokens);
    feed_.backward(pass, kept.feed, scratch.feed, 0, kept.middle, scratch.dtokens, scratch.dmiddle,
                   scratch.gradients, scratch.temporary);
    kernels::copy(planes_of(ConstRows(scratch.dmiddle)), planes_of(scratch.dtokens));
    attend_backward(pass, kept, scratch);

    join(kept.tokens, rows_of(pass.x(), channels_), sets, scratch.joined);
    for_each_block(scratch.joined.rows, [&](std::int64_t first, std::int64_t rows) {
      const Rows normed = scratch.feed.narrow(rows);
      const Rows block = rows_from(scratch.joined, first, rows);
      const Rows dkey_value = rows_from(scratch.dkey_value, first, rows);
      float* const stats = kept.norm_input + 2 * first;
      norm_input_.forward(pass, block, stats, normed);
      key_value_.add_gradients(normed, dkey_value, scratch.gradients, scratch.temporary);
      key_value_.backward_input(pass, dkey_value, normed);
      norm_input_.backward(pass, block, normed, stats, normed, scratch.gradients, scratch.temporary);
      kernels::copy(planes_of(ConstRows(normed)), planes_of(block));  // now the gradient of [t; x]
    });
    part(scratch, sets, gradients);
    return finish(scratch.gradients, sums);
  }

 private:
  bool has_token() const { return inputs().size() > 1; }

  struct Kept {
    Kept(const ClassAttentionBlock& block, const RowOffsets& sets, FloatPieces& memory) {
      const std::int64_t joined = sets.rows() + kLanes;
      norm_input = memory.take(2 * joined);
      norm_attention = memory.take(2 * kLanes);
      key_value = memory.take_rows(joined, 2 * block.channels_);
      for (Rows* one : {&tokens, &query, &attended, &projected, &middle}) {
        *one = memory.take_rows(kLanes, block.channels_);
      }
      feed = {block.feed_, kLanes, memory};
      for (float*& one : of_jets) one = memory.take(block.attention_of(0).kept_floats());
    }
    float *norm_input, *norm_attention;
    Rows key_value;
    Rows tokens, query, attended, projected, middle;  ///< a row a sample
    FeedForwardPart::Kept feed;
    float* of_jets[kLanes];
  };

  struct Scratch {
    Scratch(const ClassAttentionBlock& block, const RowOffsets& sets, FloatPieces& memory)
        : feed(block.feed_, memory) {
      const std::int64_t rows = sets.rows() + kLanes;
      gradients = memory.take(block.sizes_.gradients);
      temporary = memory.take(block.sizes_.temporary);
      joined = memory.take_rows(rows, block.channels_);
      dkey_value = memory.take_rows(rows, 2 * block.channels_);
      for (Rows* one : {&dtokens, &dmiddle, &dattended, &dquery}) {
        *one = memory.take_rows(kLanes, block.channels_);
      }
    }
    FeedForwardPart::Scratch feed;
    float *gradients, *temporary;
    Rows joined, dkey_value;
    Rows dtokens, dmiddle, dattended, dquery;
  };

  /// Tokens as rows: those that come in, or for each sample the learnt one.
  void tokens_of(const LayerPass& pass, Rows tokens) const {
    if (has_token()) return from_lanes(pass.inputs[1].data, tokens);
    for (std::int64_t i = 0; i < kLanes; ++i) std::copy_n(token_.values(pass), channels_, tokens.row(i));
    clear_padding(tokens);
  }
  static void from_lanes(const float* lanes, Rows rows) {
    for (std::int64_t i = 0; i < kLanes; ++i) {
      for (std::int64_t c = 0; c < rows.channels; ++c) rows.row(i)[c] = lanes[c * kLanes + i];
    }
    clear_padding(rows);
  }
  static void to_lanes(ConstRows rows, float* lanes) {
    for (std::int64_t i = 0; i < kLanes; ++i) {
      for (std::int64_t c = 0; c < rows.channels; ++c) lanes[c * kLanes + i] = rows.row(i)[c];
    }
  }

  static void join(ConstRows tokens, ConstRows x, const RowOffsets& sets, Rows joined) {
    for (std::int64_t i = 0; i < kLanes; ++i) {
      float* const at = joined.row(sets.begin(i) + i);
      std::copy_n(tokens.row(i), tokens.stride(), at);
      std::copy_n(x.row(sets.begin(i)), sets.count(i) * x.stride(), at + x.stride());
    }
  }

  /// The way back of `join`: the set's gradient goes out, the tokens' is added to that of what else they do.
  void part(const Scratch& scratch, const RowOffsets& sets, std::span<const InputGradient> gradients) const {
    const Rows& joined = scratch.joined;
    for (std::int64_t i = 0; i < kLanes; ++i) {
      const std::int64_t row = sets.begin(i) + i;
      for (std::int64_t c = 0; c < channels_; ++c) scratch.dtokens.row(i)[c] += joined.row(row)[c];
      if (!gradients.front().wanted()) continue;
      const Rows dx = rows_of(gradients.front().dx, channels_);
      std::copy_n(joined.row(row + 1), sets.count(i) * dx.stride(), dx.row(sets.begin(i)));
    }
    if (has_token()) {
      if (gradients[1].wanted()) to_lanes(scratch.dtokens, gradients[1].dx.data);
      return;
    }
    float* const sum = token_.gradient(scratch.gradients);
    for (std::int64_t i = 0; i < kLanes; ++i) {
      for (std::int64_t c = 0; c < channels_; ++c) sum[c] += scratch.dtokens.row(i)[c];
    }
  }

  /// Of a jet of so many constituents.
  kernels::Attention attention_of(std::int64_t n) const {
    return {.queries = 1, .keys = n + 1, .heads = config_.heads, .size = channels_ / config_.heads};
  }
  kernels::Attention attention_of(const LayerPass& pass, const Kept& kept, std::int64_t sample) const {
    const RowOffsets& sets = *pass.leaf.sets;
    kernels::Attention attention = attention_of(sets.count(sample));
    const float* const key_value = kept.key_value.row(sets.begin(sample) + sample);
    attention.q = {kept.query.row(sample), kept.query.stride()};
    attention.k = {key_value, kept.key_value.stride()};
    attention.v = {key_value + channels_, kept.key_value.stride()};
    if (config_.head_scale) attention.scale = head_scale_.values(pass);
    return attention;
  }

  /// From scratch.dmiddle to scratch.dkey_value, and what asking adds to scratch.dtokens.
  void attend_backward(const LayerPass& pass, const Kept& kept, const Scratch& scratch) const {
    const Rows& dprojected = scratch.dmiddle;
    if (config_.inner_norms) {
      norm_attention_.backward(pass, kept.projected, dprojected, kept.norm_attention, dprojected,
                               scratch.gradients, scratch.temporary);
    }
    projection_.add_gradients(kept.attended, dprojected, scratch.gradients, scratch.temporary);
    projection_.backward_input(pass, dprojected, scratch.dattended);
    clear_padding(scratch.dkey_value);
    clear_padding(scratch.dquery);
    for (std::int64_t i = 0; i < kLanes; ++i) {
      float* const dkey_value = scratch.dkey_value.row(pass.leaf.sets->begin(i) + i);
      const std::int64_t stride = scratch.dkey_value.stride();
      kernels::attention_backward(
          attention_of(pass, kept, i), kept.of_jets[i],
          {scratch.dattended.row(i), scratch.dattended.stride()},
          {.dq = {scratch.dquery.row(i), scratch.dquery.stride()},
           .dk = {dkey_value, stride},
           .dv = {dkey_value + channels_, stride},
           .dscale = config_.head_scale ? head_scale_.gradient(scratch.gradients) : nullptr});
    }
    query_.add_gradients(kept.tokens, scratch.dquery, scratch.gradients, scratch.temporary);
    query_.backward_input(pass, scratch.dquery, scratch.dattended);
    kernels::accumulate(planes_of(ConstRows(scratch.dattended)), planes_of(scratch.dtokens));
  }

  bool finish(float* gradients, const GradientSums& sums) const {
    bool good = feed_.finish(gradients, sums);
    for (const RowProductPart* part : {&query_, &key_value_, &projection_}) {
      good = part->finish(gradients, sums) && good;
    }
    good = norm_input_.finish(gradients, sums) && good;
    if (config_.inner_norms) good = norm_attention_.finish(gradients, sums) && good;
    if (config_.head_scale) good = head_scale_.finish(gradients, sums) && good;
    if (!has_token()) good = token_.finish(gradients, sums) && good;
    return good;
  }

  ClassAttentionConfig config_;
  std::int64_t channels_;
  PartSizes sizes_;
  RowVectorPart token_, head_scale_;
  RowNormPart norm_input_, norm_attention_;
  RowProductPart query_, key_value_, projection_;
  FeedForwardPart feed_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer_on(const ClassAttentionConfig& config, const std::vector<Shape>& inputs) {
  return std::make_unique<ClassAttentionBlock>(config, inputs);
}

}  // namespace jetrain

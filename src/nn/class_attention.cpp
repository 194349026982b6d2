#include <algorithm>

#include "kernels/activation.hpp"
#include "nn/behind_attention_part.hpp"
#include "row_kernels/attention.hpp"

namespace jetrain {
namespace {

/// Class attention (Touvron et al., "Going deeper with image transformers", ICCV 2021, arXiv:2103.17239), as
/// the Particle Transformer has it (Qu, Li and Qian, arXiv:2202.03772; hqucms/weaver-core). With t the jet's
/// token and [t; x] the token in front of the jet's constituents:
///
///     a = attention(W_q t, W_kv LN([t; x]))      row_kernels/attention.hpp, one query
///     y = ...                                    of a and t: nn/behind_attention_part.hpp
///
/// The token itself asks, without LN. A jet without constituents has its token to attend to. Tokens come as
/// the second input, (channels, lanes), or one is learnt for all jets. Rows of [t; x] are "joined": those of
/// sample i begin at its own first row plus i.
///
/// Kept is what products give; [t; x] and normalisations are made again on the way back.
class ClassAttentionBlock final : public Layer {
 public:
  ClassAttentionBlock(const ClassAttentionConfig& config, const std::vector<Shape>& inputs)
      : Layer(ClassAttentionDescription{config.heads, static_cast<float>(config.epsilon)}, inputs,
              Shape::vector(inputs.front().size())),
        config_(config),
        channels_(require_set(inputs.front(), config.kName).channels) {
    // weaver-core's trunc_normal_ cuts at 2, a hundred deviations.
    const InitializerConfig start{NormalInitializer{.mean = 0, .stddev = 0.02}};
    if (!has_token()) {
      token_ = {sizes_,
                {.name = "token", .role = ParameterRole::token, .shape = {channels_}, .initializer = start}};
    }
    const RowNormPart norm_input(sizes_, "norm_input", channels_, config.epsilon);
    query_ = {sizes_, "query", channels_, channels_, channels_};
    key_value_ = {norm_input, {sizes_, "key_value", channels_, 2 * channels_, channels_}};
    behind_ = {sizes_, config, channels_, 0.0};
  }

  std::vector<ParameterSpec> parameters() const override { return sizes_.specs; }
  std::int64_t multiply_adds(std::int64_t n) const override {
    return (n + 1) * (key_value_.multiply_adds() + 2 * channels_) + query_.multiply_adds() +
           behind_.multiply_adds();
  }
  std::int64_t prepared_floats() const override { return sizes_.prepared; }
  void prepare(const float* parameters, float* prepared) const override {
    query_.prepare(parameters, prepared);
    key_value_.prepare(parameters, prepared);
    behind_.prepare(parameters, prepared);
  }
  LeafFloats floats_of(const RowOffsets& sets) const override {
    return LeafMemory<Kept, Scratch>(*this, sets).floats();
  }

  void forward(const LayerPass& pass, Planes y) const override {
    const RowOffsets& sets = *pass.leaf.sets;
    const LeafMemory<Kept, Scratch> memory(*this, sets, pass);
    const Kept& kept = memory.kept;
    const Scratch& scratch = memory.scratch;
    tokens_of(pass, kept.tokens);
    join(kept.tokens, rows_of(pass.x(), channels_), sets, scratch.joined);
    for_each_block(scratch.joined.rows, [&](std::int64_t first, std::int64_t rows) {
      key_value_.forward(pass, rows_from(scratch.joined, first, rows), kept.norm_input + 2 * first,
                         scratch.narrow(rows), rows_from(kept.key_value, first, rows));
    });
    query_.forward(pass, kept.tokens, kept.query);
    clear_padding(kept.attended);
    for (std::int64_t i = 0; i < kLanes; ++i) {
      kernels::attention_forward(attention_of(pass, kept, i), kept.of_jets[i],
                                 {kept.attended.row(i), kept.attended.stride()});
    }
    behind_.forward(pass, kept, scratch, 0, kept.tokens, scratch.results);
    to_lanes(scratch.results, y.data);
  }

  bool backward_is_one() const override { return true; }
  bool backward(const LayerPass& pass, ConstPlanes, ConstPlanes dy, std::span<const InputGradient> gradients,
                const GradientSums& sums) const override {
    const RowOffsets& sets = *pass.leaf.sets;
    const LeafMemory<Kept, Scratch> memory(*this, sets, pass);
    const Kept& kept = memory.kept;
    const Scratch& scratch = memory.scratch;
    std::fill_n(scratch.gradients, sizes_.gradients, 0.0F);
    from_lanes(dy.data, scratch.results);
    behind_.backward(pass, kept, scratch, 0, scratch.results);
    attend_backward(pass, kept, scratch);

    join(kept.tokens, rows_of(pass.x(), channels_), sets, scratch.joined);
    for_each_block(scratch.joined.rows, [&](std::int64_t first, std::int64_t rows) {
      const Rows block = rows_from(scratch.joined, first, rows);
      const Rows dblock = scratch.narrow(rows);
      key_value_.backward(pass, block, kept.norm_input + 2 * first,
                          rows_from(scratch.dkey_value, first, rows), dblock, scratch.gradients,
                          scratch.temporary);
      kernels::copy(planes_of(ConstRows(dblock)), planes_of(block));  // now the gradient of [t; x]
    });
    part(scratch, sets, gradients);
    return finish(scratch.gradients, sums);
  }

 private:
  bool has_token() const { return inputs().size() > 1; }

  /// What forward keeps; what is behind the attention, a row a sample.
  struct Kept : BehindAttentionPart::Kept {
    Kept(const ClassAttentionBlock& block, const RowOffsets& sets, FloatPieces& memory)
        : BehindAttentionPart::Kept(block.behind_, kLanes, memory) {
      const std::int64_t joined = sets.rows() + kLanes;
      norm_input = memory.take(2 * joined);
      key_value = memory.take_rows(joined, 2 * block.channels_);
      tokens = memory.take_rows(kLanes, block.channels_);
      query = memory.take_rows(kLanes, block.channels_);
      for (float*& one : of_jets) one = memory.take(block.attention_of(0).kept_floats());
    }
    float* norm_input;
    Rows key_value;
    Rows tokens, query;  ///< a row a sample
    float* of_jets[kLanes];
  };

  struct Scratch : BehindAttentionPart::Scratch {
    Scratch(const ClassAttentionBlock& block, const RowOffsets& sets, FloatPieces& memory)
        : BehindAttentionPart::Scratch(block.behind_, block.sizes_, kLanes, memory) {
      const std::int64_t rows = sets.rows() + kLanes;
      joined = memory.take_rows(rows, block.channels_);
      dkey_value = memory.take_rows(rows, 2 * block.channels_);
      results = memory.take_rows(kLanes, block.channels_);
      dquery = memory.take_rows(kLanes, block.channels_);
    }
    Rows joined, dkey_value;
    Rows results;  ///< the new tokens, then their gradient
    Rows dquery;
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

  /// The way back of `join`: the set's gradient goes out, the tokens' is added to that of what else they do,
  /// scratch.dmiddle.
  void part(const Scratch& scratch, const RowOffsets& sets, std::span<const InputGradient> gradients) const {
    const Rows& joined = scratch.joined;
    for (std::int64_t i = 0; i < kLanes; ++i) {
      const std::int64_t row = sets.begin(i) + i;
      for (std::int64_t c = 0; c < channels_; ++c) scratch.dmiddle.row(i)[c] += joined.row(row)[c];
      if (!gradients.front().wanted()) continue;
      const Rows dx = rows_of(gradients.front().dx, channels_);
      std::copy_n(joined.row(row + 1), sets.count(i) * dx.stride(), dx.row(sets.begin(i)));
    }
    if (has_token()) {
      if (gradients[1].wanted()) to_lanes(scratch.dmiddle, gradients[1].dx.data);
      return;
    }
    float* const sum = token_.gradient(scratch.gradients);
    for (std::int64_t i = 0; i < kLanes; ++i) {
      for (std::int64_t c = 0; c < channels_; ++c) sum[c] += scratch.dmiddle.row(i)[c];
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
    attention.scale = behind_.head_scale(pass);
    return attention;
  }

  /// From scratch.dattended to scratch.dkey_value, and what asking adds to scratch.dmiddle.
  void attend_backward(const LayerPass& pass, const Kept& kept, const Scratch& scratch) const {
    clear_padding(scratch.dkey_value);
    clear_padding(scratch.dquery);
    for (std::int64_t i = 0; i < kLanes; ++i) {
      float* const dkey_value = scratch.dkey_value.row(pass.leaf.sets->begin(i) + i);
      const std::int64_t stride = scratch.dkey_value.stride();
      kernels::attention_backward(attention_of(pass, kept, i), kept.of_jets[i],
                                  {scratch.dattended.row(i), scratch.dattended.stride()},
                                  {.dq = {scratch.dquery.row(i), scratch.dquery.stride()},
                                   .dk = {dkey_value, stride},
                                   .dv = {dkey_value + channels_, stride},
                                   .dscale = behind_.head_scale_gradient(scratch.gradients)});
    }
    query_.add_gradients(kept.tokens, scratch.dquery, scratch.gradients, scratch.temporary);
    query_.backward_input(pass, scratch.dquery, scratch.dattended);
    kernels::accumulate(planes_of(ConstRows(scratch.dattended)), planes_of(scratch.dmiddle));
  }

  bool finish(float* gradients, const GradientSums& sums) const {
    if (!sums.wanted()) return true;
    bool good = query_.finish(gradients, sums);
    good = key_value_.finish(gradients, sums) && good;
    good = behind_.finish(gradients, sums) && good;
    if (!has_token()) good = token_.finish(gradients, sums) && good;
    return good;
  }

  ClassAttentionConfig config_;
  std::int64_t channels_;
  PartSizes sizes_;
  RowVectorPart token_;
  RowProductPart query_;
  NormedProductPart key_value_;
  BehindAttentionPart behind_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer_on(const ClassAttentionConfig& config, const std::vector<Shape>& inputs) {
  return std::make_unique<ClassAttentionBlock>(config, inputs);
}

}  // namespace jetrain

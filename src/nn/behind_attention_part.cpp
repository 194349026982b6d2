#include "nn/behind_attention_part.hpp"

#include "kernels/activation.hpp"

namespace jetrain {

BehindAttentionPart::Kept::Kept(const BehindAttentionPart& part, std::int64_t rows, FloatPieces& memory)
    : norm(memory.take(2 * rows)),
      attended(memory.take_rows(rows, part.channels_)),
      projected(memory.take_rows(rows, part.channels_)),
      middle(memory.take_rows(rows, part.channels_)),
      of_residual(part.drop_.take(memory, rows, part.channels_)),
      feed(part.feed_, rows, memory) {}

BehindAttentionPart::Scratch::Scratch(const BehindAttentionPart& part, const PartSizes& sizes,
                                      std::int64_t rows, FloatPieces& memory)
    : feed(part.feed_, memory),
      gradients(memory.take(sizes.gradients)),
      temporary(memory.take(sizes.temporary)),
      dmiddle(memory.take_rows(rows, part.channels_)),
      dattended(memory.take_rows(rows, part.channels_)) {}

BehindAttentionPart::BehindAttentionPart(PartSizes& sizes, const AttentionBlockConfig& config,
                                         std::int64_t channels, double dropout)
    : config_(config), channels_(channels), drop_(dropout, 1) {
  if (config.head_scale) head_scale_ = {sizes, "head_scale", config.heads, 1, ParameterRole::scale};
  const std::int64_t smaller = 2 * config.depth;  // of variances: weights are divided by sqrt(2 depth)
  projection_ = {sizes, "projection", channels, channels, channels, smaller};
  if (config.inner_norms) norm_ = {sizes, "norm_attention", channels, config.epsilon};
  feed_ = {sizes,
           {.channels = channels,
            .hidden = config.hidden == 0 ? 4 * channels : config.hidden,
            .depth = config.depth,
            .epsilon = config.epsilon,
            .dropout = dropout,
            .inner_norm = config.inner_norms,
            .residual_scale = config.residual_scale}};
}

void BehindAttentionPart::prepare(const float* parameters, float* prepared) const {
  projection_.prepare(parameters, prepared);
  feed_.prepare(parameters, prepared);
}

void BehindAttentionPart::forward(const LayerPass& pass, const Kept& kept, const Scratch& scratch,
                                  std::int64_t first, ConstRows x, Rows y) const {
  const Rows projected = rows_from(kept.projected, first, x.rows);
  const Rows middle = rows_from(kept.middle, first, x.rows);
  projection_.forward(pass, rows_from(kept.attended, first, x.rows), projected);
  if (config_.inner_norms) {
    norm_.forward(pass, projected, kept.norm + 2 * first, middle);
  } else {
    kernels::copy(planes_of(ConstRows(projected)), planes_of(middle));
  }
  drop_.forward(pass, first, middle, kept.of_residual);
  kernels::accumulate(planes_of(x), planes_of(middle));
  feed_.forward(pass, kept.feed, scratch.feed, first, middle, y);
}

void BehindAttentionPart::backward(const LayerPass& pass, const Kept& kept, const Scratch& scratch,
                                   std::int64_t first, ConstRows dy) const {
  float* const gradients = scratch.gradients;
  const Rows dmiddle = rows_from(scratch.dmiddle, first, dy.rows);
  feed_.backward(pass, kept.feed, scratch.feed, first, rows_from(ConstRows(kept.middle), first, dy.rows), dy,
                 dmiddle, gradients, scratch.temporary);
  const ConstRows projected = rows_from(ConstRows(kept.projected), first, dy.rows);
  const Rows dprojected = scratch.narrow(dy.rows);
  kernels::copy(planes_of(ConstRows(dmiddle)), planes_of(dprojected));
  drop_.again(pass, first, dprojected, kept.of_residual);
  if (config_.inner_norms) {
    norm_.backward(pass, projected, dprojected, kept.norm + 2 * first, dprojected, gradients,
                   scratch.temporary);
  }
  projection_.add_gradients(rows_from(ConstRows(kept.attended), first, dy.rows), dprojected, gradients,
                            scratch.temporary);
  projection_.backward_input(pass, dprojected, rows_from(scratch.dattended, first, dy.rows));
}

bool BehindAttentionPart::finish(float* gradients, const GradientSums& sums) const {
  bool good = projection_.finish(gradients, sums);
  if (config_.inner_norms) good = norm_.finish(gradients, sums) && good;
  if (config_.head_scale) good = head_scale_.finish(gradients, sums) && good;
  return feed_.finish(gradients, sums) && good;
}

}  // namespace jetrain

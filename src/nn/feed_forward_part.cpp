#include "nn/feed_forward_part.hpp"

#include <algorithm>

#include "kernels/activation.hpp"
#include "row_kernels/row_gelu.hpp"
#include "row_kernels/row_scale.hpp"

namespace jetrain {

FeedForwardPart::Kept::Kept(const FeedForwardPart& part, std::int64_t rows, FloatPieces& memory) {
  norm_middle = memory.take(2 * rows);
  norm_hidden = memory.take(2 * rows);
  hidden = memory.take_rows(rows, part.settings_.hidden);
  of_hidden = part.drop_hidden_.take(memory, rows, part.settings_.hidden);
  of_output = part.drop_output_.take(memory, rows, part.settings_.channels);
}

FeedForwardPart::Scratch::Scratch(const FeedForwardPart& part, FloatPieces& memory)
    : channels(part.settings_.channels), hidden(part.settings_.hidden) {
  narrow_block = memory.take(kPartRows * padded_channels(channels));
  for (float*& one : wide_blocks) one = memory.take(kPartRows * padded_channels(hidden));
  scale = memory.take(channels);
}

FeedForwardPart::FeedForwardPart(PartSizes& sizes, const FeedForwardSettings& settings)
    : settings_(settings), drop_hidden_(settings.dropout, 2), drop_output_(settings.dropout, 3) {
  const std::int64_t channels = settings.channels;
  const std::int64_t hidden = settings.hidden;
  norm_middle_ = {sizes, "norm_middle", channels, settings.epsilon};
  up_ = {sizes, "up", channels, hidden, hidden};
  if (settings.inner_norm) norm_hidden_ = {sizes, "norm_hidden", hidden, settings.epsilon};
  down_ = {sizes, "down", hidden, channels, channels, 2 * settings.depth};
  if (settings.residual_scale) {
    residual_scale_ = {sizes, "residual_scale", channels, 1, ParameterRole::scale};
  }
}

void FeedForwardPart::prepare(const float* parameters, float* prepared) const {
  up_.prepare(parameters, prepared);
  down_.prepare(parameters, prepared);
}

void FeedForwardPart::forward(const LayerPass& pass, const Kept& kept, const Scratch& scratch,
                              std::int64_t first, ConstRows x, Rows y) const {
  const Rows normed = scratch.narrow(x.rows);
  const Rows hidden = rows_from(kept.hidden, first, x.rows);
  const Rows wide = scratch.wide(0, x.rows);
  norm_middle_.forward(pass, x, kept.norm_middle + 2 * first, normed);
  up_.forward(pass, normed, hidden);
  kernels::row_gelu_forward(hidden, wide);
  drop_hidden_.forward(pass, first, wide, kept.of_hidden);
  if (settings_.inner_norm) norm_hidden_.forward(pass, wide, kept.norm_hidden + 2 * first, wide);
  down_.forward(pass, wide, y);
  drop_output_.forward(pass, first, y, kept.of_output);
  if (settings_.residual_scale) {
    kernels::row_scale_forward(x, padded_scale(pass, scratch), y, y);
  } else {
    kernels::accumulate(planes_of(x), planes_of(y));
  }
}

void FeedForwardPart::backward(const LayerPass& pass, const Kept& kept, const Scratch& scratch,
                               std::int64_t first, ConstRows x, ConstRows dy, Rows dx, float* gradients,
                               float* temporary) const {
  const ConstRows hidden = rows_from(ConstRows(kept.hidden), first, x.rows);
  if (settings_.residual_scale) {
    kernels::row_scale_backward(x, padded_scale(pass, scratch), dy, dx, residual_scale_.gradient(gradients));
  } else {
    kernels::copy(planes_of(dy), planes_of(dx));
  }
  const Rows doutput = scratch.narrow(x.rows);
  kernels::copy(planes_of(dy), planes_of(doutput));
  drop_output_.again(pass, first, doutput, kept.of_output);

  const Rows activated = scratch.wide(0, x.rows);
  const Rows dhidden = scratch.wide(1, x.rows);
  down_.backward_input(pass, doutput, dhidden);
  kernels::row_gelu_forward(hidden, activated);
  drop_hidden_.again(pass, first, activated, kept.of_hidden);
  if (settings_.inner_norm) {
    float* const stats = kept.norm_hidden + 2 * first;
    norm_hidden_.backward(pass, activated, dhidden, stats, dhidden, gradients, temporary);
    norm_hidden_.forward(pass, activated, stats, activated);
  }
  down_.add_gradients(activated, doutput, gradients, temporary);
  drop_hidden_.again(pass, first, dhidden, kept.of_hidden);
  kernels::row_gelu_backward(hidden, dhidden, dhidden);

  const Rows normed = scratch.narrow(x.rows);
  float* const stats = kept.norm_middle + 2 * first;
  norm_middle_.forward(pass, x, stats, normed);
  up_.add_gradients(normed, dhidden, gradients, temporary);
  up_.backward_input(pass, dhidden, normed);
  norm_middle_.backward(pass, x, normed, stats, normed, gradients, temporary);
  kernels::accumulate(planes_of(ConstRows(normed)), planes_of(dx));
}

bool FeedForwardPart::finish(float* gradients, const GradientSums& sums) const {
  bool good = up_.finish(gradients, sums);
  good = down_.finish(gradients, sums) && good;
  good = norm_middle_.finish(gradients, sums) && good;
  if (settings_.inner_norm) good = norm_hidden_.finish(gradients, sums) && good;
  if (settings_.residual_scale) good = residual_scale_.finish(gradients, sums) && good;
  return good;
}

/// A copy with zeros behind it, aligned.
const float* FeedForwardPart::padded_scale(const LayerPass& pass, const Scratch& scratch) const {
  const std::int64_t channels = settings_.channels;
  std::fill_n(std::copy_n(residual_scale_.values(pass), channels, scratch.scale),
              padded_channels(channels) - channels, 0.0F);
  return scratch.scale;
}

}  // namespace jetrain

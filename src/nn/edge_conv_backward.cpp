#include <algorithm>

#include "kernels/activation.hpp"
#include "nn/edge_conv.hpp"
#include "row_kernels/edge_pool.hpp"
#include "row_kernels/edge_rows.hpp"

namespace jetrain {

using kernels::RowLine;
using kernels::RowLineBack;

bool EdgeConv::backward(const LayerPass& pass, ConstPlanes, ConstPlanes dy_planes,
                        std::span<const InputGradient> gradients, const GradientSums& sums) const {
  const RowOffsets& sets = *pass.leaf.sets;
  const LeafMemory<Kept, Scratch> memory(*this, sets, pass);
  const Kept& kept = memory.kept;
  const Scratch& scratch = memory.scratch;
  std::fill_n(scratch.gradients, sizes_.gradients, 0.0F);
  const Edges edges = edges_in(kept.edges, sets.rows(), sets.edges(config_.neighbours));
  const ConstRows x = rows_of(pass.x(), channels_);
  const ConstRows dy = rows_of(dy_planes, outputs());
  const auto& [dx_planes, mask] = gradients.front();
  const Rows dx = dx_planes.data != nullptr ? rows_of(dx_planes, channels_) : Rows{};
  if (config_.shortcut) shortcut_backward(pass, dy, kept, scratch, dx);
  units_backward(pass, edges, dy, kept, scratch);
  if (dx.data != nullptr) {
    first_product_->backward_input(pass, scratch.du, scratch.dv, config_.shortcut, mask ? x.data : nullptr,
                                   dx);
  }
  first_product_->find_gradients(x, scratch.du, scratch.dv, scratch.gradients);
  return finish(edges, kept, scratch.gradients, sums);
}

/// Writes dx, if there is one.
void EdgeConv::shortcut_backward(const LayerPass& pass, ConstRows dy, const Kept& kept,
                                 const Scratch& scratch, Rows dx) const {
  if (!shortcut_product_) {
    if (dx.data != nullptr) kernels::copy(planes_of(dy), planes_of(dx));
    return;
  }
  const ConstRows x = rows_of(pass.x(), channels_);
  const RowLine line = kept.shortcut_norm->line();
  kernels::row_line_sums(kept.shortcut, dy, line, false, shortcut_norm_->dgamma(scratch.gradients),
                         shortcut_norm_->dbeta(scratch.gradients));
  const RowLineBack back =
      shortcut_norm_->begin_backward(pass, *kept.shortcut_norm, dy.rows, scratch.gradients, scratch.back);
  for_each_block(dy.rows, [&](std::int64_t first, std::int64_t rows) {
    const Rows gradient = scratch.block(0, rows, outputs());
    kernels::row_line_backward(rows_from(kept.shortcut, first, rows), rows_from(dy, first, rows), line, false,
                               back, gradient);
    shortcut_product_->add_gradients(rows_from(x, first, rows), gradient, scratch.gradients,
                                     scratch.temporary);
    if (dx.data != nullptr) shortcut_product_->backward_input(pass, gradient, rows_from(dx, first, rows));
  });
}

/// The gradient behind the last unit, of edges from `first` on.
void EdgeConv::spread(const Edges& edges, const Kept& kept, ConstRows dout, std::int64_t first,
                      Rows dh) const {
  if (of_maximum()) {
    kernels::spread_max(kept.y.back(), dout, edges, first, first + dh.rows, kept.norms.back().line(), true,
                        dh);
  } else {
    kernels::spread_mean(dout, edges, first, first + dh.rows, dh);
  }
}

Rows EdgeConv::place_of(std::size_t unit, const Kept& kept, const Scratch& scratch) const {
  if (has_edges_place(unit)) return scratch.dh[unit];
  const Rows& y = kept.y[std::min(unit + 1, last_unit())];
  return {y.data, y.rows, norms_[unit].channels()};
}

/// From dout to du and dv, with the gradients of products and norms but the first product's.
void EdgeConv::units_backward(const LayerPass& pass, const Edges& edges, ConstRows dout, const Kept& kept,
                              const Scratch& scratch) const {
  const std::size_t last = last_unit();
  const RowLine last_line = kept.norms[last].line();
  for_each_block(edges.count(), [&](std::int64_t first, std::int64_t count) {
    const Rows dh = scratch.block(0, count, outputs());
    spread(edges, kept, dout, first, dh);
    kernels::row_line_sums(rows_from(kept.y[last], first, count), dh, last_line, true,
                           norms_[last].dgamma(scratch.gradients), norms_[last].dbeta(scratch.gradients));
  });
  for (std::size_t l = last; l > 0; --l) unit_backward(pass, l, edges, dout, kept, scratch);
  const RowLine line = kept.norms[0].line();
  const RowLineBack back =
      norms_[0].begin_backward(pass, kept.norms[0], edges.count(), scratch.gradients, scratch.back);
  const Rows dh = place_of(0, kept, scratch);
  if (last > 0) {
    kernels::scatter_edges(kept.u, kept.v, dh, edges, &line, true, &back, scratch.du, scratch.dv);
    return;
  }
  for_each_block(edges.count(), [&](std::int64_t first, std::int64_t count) {
    const Rows gradient = scratch.block(0, count, outputs());
    spread(edges, kept, dout, first, gradient);
    kernels::row_line_backward(rows_from(kept.y[0], first, count), gradient, line, true, back,
                               rows_from(dh, first, count));
  });
  kernels::scatter_edges(kept.u, kept.v, dh, edges, nullptr, false, nullptr, scratch.du, scratch.dv);
}

/// From the gradient behind a unit to that behind the one before, and its sums.
void EdgeConv::unit_backward(const LayerPass& pass, std::size_t unit, const Edges& edges, ConstRows dout,
                             const Kept& kept, const Scratch& scratch) const {
  const RowLinePart& before = norms_[unit - 1];
  const RowLine line = kept.norms[unit].line();
  const RowLine line_before = kept.norms[unit - 1].line();
  float* const dgamma = before.dgamma(scratch.gradients);
  float* const dbeta = before.dbeta(scratch.gradients);
  const RowLineBack back =
      norms_[unit].begin_backward(pass, kept.norms[unit], edges.count(), scratch.gradients, scratch.back);
  const bool is_last = unit == last_unit();
  const Rows dh_before = place_of(unit - 1, kept, scratch);
  for_each_block(edges.count(), [&](std::int64_t first, std::int64_t count) {
    const Rows dy = scratch.block(0, count, norms_[unit].channels());
    if (is_last) spread(edges, kept, dout, first, dy);
    const ConstRows dh = is_last ? dy : rows_from(place_of(unit, kept, scratch), first, count);
    kernels::row_line_backward(rows_from(kept.y[unit], first, count), dh, line, true, back, dy);
    const Rows h = scratch.block(1, count, before.channels());
    values_of(unit - 1, edges, kept, first, h);
    products_[unit - 1].add_gradients(h, dy, scratch.gradients, scratch.temporary);
    const Rows to = rows_from(dh_before, first, count);
    products_[unit - 1].backward_input(pass, dy, to);
    if (unit == 1) {
      kernels::edge_line_sums(kept.u, kept.v, to, edges, first, first + count, line_before, true, dgamma,
                              dbeta);
    } else {
      kernels::row_line_sums(rows_from(kept.y[unit - 1], first, count), to, line_before, true, dgamma, dbeta);
    }
  });
}

bool EdgeConv::finish(const Edges& edges, const Kept& kept, float* gradients,
                      const GradientSums& sums) const {
  if (!sums.wanted()) return true;
  bool good = first_product_->finish(gradients, sums);
  for (const RowProductPart& product : products_) good = product.finish(gradients, sums) && good;
  for (std::size_t l = 0; l < norms_.size(); ++l)
    good = norms_[l].finish(kept.norms[l], edges.count(), gradients, sums) && good;
  if (!shortcut_product_) return good;
  good = shortcut_product_->finish(gradients, sums) && good;
  return shortcut_norm_->finish(*kept.shortcut_norm, edges.rows, gradients, sums) && good;
}

}  // namespace jetrain

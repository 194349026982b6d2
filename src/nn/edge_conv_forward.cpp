#include <numeric>

#include "kernels/activation.hpp"
#include "nn/edge_conv.hpp"
#include "row_kernels/edge_pool.hpp"
#include "row_kernels/edge_rows.hpp"
#include "row_kernels/nearest_rows.hpp"

namespace jetrain {

using kernels::RowLine;
using kernels::RowMoments;

void EdgeConv::forward(const LayerPass& pass, Planes y_planes) const {
  const LeafMemory<Kept, Scratch> memory(*this, *pass.leaf.sets, pass);
  const Kept& kept = memory.kept;
  const Scratch& scratch = memory.scratch;
  const Rows out = rows_of(y_planes, outputs());
  const Edges edges = find_edges(pass, kept);
  first_product_->forward(pass, rows_of(pass.x(), channels_), kept.u, kept.v);
  if (pass.leaf.training && pass.goes_back) {
    forward_by_units(pass, edges, kept, scratch, out);
  } else {
    forward_by_rows(pass, edges, kept, scratch, out);
  }
  if (config_.shortcut) add_shortcut(pass, kept, scratch, out);
}

Edges EdgeConv::find_edges(const LayerPass& pass, const Kept& kept) const {
  const ConstRows points =
      config_.distance == EdgeDistance::angles ? rows_of(pass.inputs[1], 2) : rows_of(pass.x(), channels_);
  std::vector<std::int64_t> coordinates(static_cast<std::size_t>(points.channels));
  std::iota(coordinates.begin(), coordinates.end(), 0);
  return kernels::nearest_rows(points, coordinates, *pass.leaf.sets, config_.neighbours, kept.edges);
}

void EdgeConv::pool(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                    const RowLine& line, Rows out) const {
  const auto pool_edges = of_maximum() ? kernels::max_of_edges : kernels::mean_of_edges;
  pool_edges(y, edges, first_row, last_row, line, true, out);
}

/// h behind a unit, of edges from `first` on, from what is kept.
void EdgeConv::values_of(std::size_t unit, const Edges& edges, const Kept& kept, std::int64_t first,
                         Rows h) const {
  const RowLine line = kept.norms[unit].line();
  if (unit == 0) {
    kernels::gather_edges(kept.u, kept.v, edges, first, first + h.rows, &line, true, h);
  } else {
    kernels::row_line_forward(rows_from(kept.y[unit], first, h.rows), line, true, h);
  }
}

/// A norm needs the sums over all edges before the next product can begin: unit by unit.
void EdgeConv::forward_by_units(const LayerPass& pass, const Edges& edges, const Kept& kept,
                                const Scratch& scratch, Rows out) const {
  const bool takes_statistics = pass.takes_statistics();
  const auto line_of = [&](std::size_t l, const RowMoments& moments) {
    return takes_statistics ? norms_[l].line_of(pass, moments, kept.norms[l])
                            : norms_[l].average_line(pass, kept.norms[l]);
  };
  RowMoments moments = kernels::start_moments(norms_[0].channels(), scratch.moments);
  if (takes_statistics) kernels::add_edge_moments(kept.u, kept.v, edges, 0, edges.count(), moments);
  RowLine line = line_of(0, moments);
  if (last_unit() == 0)
    kernels::gather_edges(kept.u, kept.v, edges, 0, edges.count(), nullptr, false, kept.y[0]);
  for (std::size_t l = 1; l < norms_.size(); ++l) {
    moments = kernels::start_moments(norms_[l].channels(), scratch.moments);
    for_each_block(edges.count(), [&](std::int64_t first, std::int64_t count) {
      const Rows h = scratch.block(0, count, norms_[l - 1].channels());
      values_of(l - 1, edges, kept, first, h);
      const Rows y = rows_from(kept.y[l], first, count);
      products_[l - 1].forward(pass, h, y);
      if (takes_statistics) kernels::add_moments(y, moments);
    });
    line = line_of(l, moments);
  }
  pool(kept.y.back(), edges, 0, edges.rows, line, out);
}

/// With running averages, blocks of whole rows go through to their result.
void EdgeConv::forward_by_rows(const LayerPass& pass, const Edges& edges, const Kept& kept,
                               const Scratch& scratch, Rows out) const {
  std::vector<RowLine> lines;
  for (std::size_t l = 0; l < norms_.size(); ++l)
    lines.push_back(norms_[l].average_line(pass, kept.norms[l]));
  for (std::int64_t row = 0; row < edges.rows;) {
    const std::int64_t first = edges.begin(row);
    std::int64_t end = row + 1;
    while (end < edges.rows && edges.begin(end + 1) - first <= block_edges()) ++end;
    const std::int64_t count = edges.begin(end) - first;
    Rows y = scratch.block(0, count, norms_[0].channels());
    const bool is_only = last_unit() == 0;
    kernels::gather_edges(kept.u, kept.v, edges, first, first + count, is_only ? nullptr : &lines[0],
                          !is_only, y);
    for (std::size_t l = 1; l < norms_.size(); ++l) {
      if (l > 1) kernels::row_line_forward(y, lines[l - 1], true, y);
      const Rows next = scratch.block(static_cast<int>(l % 2), count, norms_[l].channels());
      products_[l - 1].forward(pass, y, next);
      y = next;
    }
    pool(y, edges, row, end, lines.back(), rows_from(out, row, end - row));
    row = end;
  }
}

void EdgeConv::add_shortcut(const LayerPass& pass, const Kept& kept, const Scratch& scratch, Rows out) const {
  const ConstRows x = rows_of(pass.x(), channels_);
  if (!shortcut_product_) {
    kernels::add_forward(planes_of(x), planes_of(ConstRows(out)), pass.rectify, planes_of(out));
    return;
  }
  RowMoments moments = kernels::start_moments(outputs(), scratch.moments);
  for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
    const Rows product = rows_from(kept.shortcut, first, rows);
    shortcut_product_->forward(pass, rows_from(x, first, rows), product);
    if (pass.takes_statistics()) kernels::add_moments(product, moments);
  });
  const RowLine line = pass.takes_statistics() ? shortcut_norm_->line_of(pass, moments, *kept.shortcut_norm)
                                               : shortcut_norm_->average_line(pass, *kept.shortcut_norm);
  for_each_block(x.rows, [&](std::int64_t first, std::int64_t rows) {
    const Rows normed = scratch.block(0, rows, outputs());
    const Rows y = rows_from(out, first, rows);
    kernels::row_line_forward(rows_from(kept.shortcut, first, rows), line, false, normed);
    kernels::add_forward(planes_of(ConstRows(normed)), planes_of(ConstRows(y)), pass.rectify, planes_of(y));
  });
}

}  // namespace jetrain

#include "nn/lorentz_messages.hpp"

#include <algorithm>
#include <cmath>

#include "row_kernels/messages.hpp"
#include "row_kernels/minkowski.hpp"

namespace jetrain {

LorentzScratch::LorentzScratch(std::int64_t channels, const RowOffsets& sets, const PartSizes& sizes,
                               FloatPieces& memory)
    : units(channels) {
  const std::int64_t rows = sets.rows();
  const std::int64_t edges = kernels::all_edges_count(sets);
  for (Rows* one : {&u, &v, &du, &dv, &dsums, &z}) *one = memory.take_rows(rows, units);
  moves = memory.take_rows(rows, 4);
  for (float** one : {&norms, &dots, &dnorms, &ddots}) *one = memory.take(edges);
  dh_edges = memory.take_rows(edges, units);
  for (float*& one : blocks) one = memory.take(kPartRows * padded_channels(units));
  for (float** one : {&gates, &c, &dlogits, &dc}) *one = memory.take(kPartRows);
  for (float** one : {&a, &b, &of_gate, &of_move}) *one = memory.take(units);
  back = memory.take(kernels::row_line_back_floats(units));
  moments = memory.take(kernels::row_moments_floats(units));
  gradients = memory.take(sizes.gradients);
  temporary = memory.take(sizes.temporary);
}

LorentzMessages::LorentzMessages(PartSizes& sizes, const std::string& name, const LorentzBlocksConfig& config,
                                 bool moves)
    : units_(config.units),
      step_(static_cast<float>(config.step)),
      moves_(moves),
      first_(sizes, name + "_edge_1", {units_, units_, 2}, units_, false),
      norm_(sizes, name + "_edge_norm_", "", units_, config.momentum, config.epsilon),
      second_(sizes, name + "_edge_2", {units_}, units_, true),
      gate_(sizes, one_output_kernel(name + "_gate", units_, 1.0 / std::sqrt(static_cast<double>(units_)))),
      gate_bias_(sizes, name + "_gate_bias", 1, 0, ParameterRole::bias) {
  if (!moves) return;
  move_hidden_.emplace_back(sizes, name + "_move_1", std::vector{units_}, units_, true);
  // Glorot's, times 0.001: momenta hardly move in the beginning.
  const double limit = 1e-3 * std::sqrt(6.0 / (static_cast<double>(units_) + 1.0));
  move_.emplace_back(sizes, one_output_kernel(name + "_move_2", units_, limit));
}

std::int64_t LorentzMessages::multiply_adds(std::int64_t n) const {
  const std::int64_t of_row = 2 * units_ * units_;
  const std::int64_t of_edge = 2 * units_ + units_ * units_ + units_;
  return n * of_row + n * (n - 1) * (of_edge + (moves_ ? units_ * units_ + units_ : 0));
}

void LorentzMessages::prepare(const float* parameters, float* prepared) const {
  first_.prepare(parameters, prepared);
  second_.prepare(parameters, prepared);
  for (const SplitProductPart& part : move_hidden_) part.prepare(parameters, prepared);
}

kernels::MessageTerms LorentzMessages::terms_of(const LayerPass& pass, const LorentzLeaf& leaf, ConstRows h,
                                                ConstRows x, const LorentzScratch& scratch) const {
  first_.forward(pass, 0, h, {}, scratch.u);
  first_.forward(pass, 1, h, {}, scratch.v);
  const std::int64_t padding = padded_channels(units_) - units_;
  std::fill_n(std::copy_n(first_.weights_of(pass, 2 * units_), units_, scratch.a), padding, 0.0F);
  std::fill_n(std::copy_n(first_.weights_of(pass, 2 * units_ + 1), units_, scratch.b), padding, 0.0F);
  kernels::minkowski_features(x, leaf.sets, scratch.norms, scratch.dots);
  gate_.padded(pass, scratch.of_gate);
  if (moves_) move_.front().padded(pass, scratch.of_move);
  return {.u = scratch.u,
          .v = scratch.v,
          .a = scratch.a,
          .b = scratch.b,
          .norms = scratch.norms,
          .dots = scratch.dots,
          .edges = leaf.edges};
}

void LorentzMessages::messages_of(const LayerPass& pass, const kernels::MessageTerms& terms,
                                  const kernels::RowLine& line, std::int64_t first,
                                  const LorentzScratch& scratch, Rows hidden, Rows m) const {
  kernels::gather_messages(terms, first, first + m.rows, line, hidden);
  second_.forward(pass, 0, hidden, {.bias = second_.bias(pass), .rectify = true}, m);
  kernels::row_dots(m, scratch.of_gate, *gate_bias_.values(pass), scratch.gates);
  kernels::sigmoid_values(m.rows, scratch.gates);
}

void LorentzMessages::forward(const LayerPass& pass, const LorentzLeaf& leaf, ConstRows h, ConstRows x,
                              const RowLinePart::Kept& kept, const LorentzScratch& scratch, Rows s,
                              Rows x_next) const {
  const kernels::MessageTerms terms = terms_of(pass, leaf, h, x, scratch);
  const std::int64_t edges = leaf.edges.count();
  kernels::RowMoments moments = kernels::start_moments(units_, scratch.moments);
  if (pass.takes_statistics()) kernels::add_message_moments(terms, 0, edges, moments);
  const kernels::RowLine line =
      pass.takes_statistics() ? norm_.line_of(pass, moments, kept) : norm_.average_line(pass, kept);
  std::fill_n(s.data, s.rows * s.stride(), 0.0F);
  std::fill_n(scratch.moves.data, scratch.moves.rows * scratch.moves.stride(), 0.0F);
  for_each_block(edges, [&](std::int64_t first, std::int64_t count) {
    const Rows hidden = scratch.block(0, count);
    const Rows m = scratch.block(1, count);
    messages_of(pass, terms, line, first, scratch, hidden, m);
    kernels::sum_messages(m, scratch.gates, leaf.edges, first, s);
    if (!moves_) return;
    const SplitProductPart& of_move = move_hidden_.front();
    of_move.forward(pass, 0, m, {.bias = of_move.bias(pass), .rectify = true}, hidden);
    kernels::row_dots(hidden, scratch.of_move, 0.0F, scratch.c);
    kernels::sum_moves(x, scratch.c, leaf.edges, first, count, scratch.moves);
  });
  if (moves_) kernels::move_rows(x, scratch.moves, leaf.edges, step_, x_next);
}

void LorentzMessages::backward(const LayerPass& pass, const LorentzLeaf& leaf, ConstRows h, ConstRows x,
                               const RowLinePart::Kept& kept, ConstRows ds, const LorentzScratch& scratch,
                               Rows dh, Rows dx, bool wants_dx) const {
  const kernels::MessageTerms terms = terms_of(pass, leaf, h, x, scratch);
  const std::int64_t edges = leaf.edges.count();
  float* const gradients = scratch.gradients;
  const kernels::RowLine line = kept.line();
  if (moves_) kernels::move_rows_backward(dx, leaf.edges, step_, scratch.moves);
  for_each_block(edges, [&](std::int64_t first, std::int64_t count) {
    const Rows hidden = scratch.block(0, count);
    const Rows m = scratch.block(1, count);
    const Rows dm = scratch.block(2, count);
    messages_of(pass, terms, line, first, scratch, hidden, m);
    kernels::gate_gradients(m, scratch.gates, ds, leaf.edges, first, scratch.dlogits);
    kernels::row_dots_backward(m, scratch.of_gate, scratch.dlogits, dm, gate_.gradient(gradients),
                               gate_bias_.gradient(gradients));
    kernels::spread_messages(m, scratch.gates, ds, leaf.edges, first, dm);
    if (moves_) {
      const SplitProductPart& of_move = move_hidden_.front();
      const Rows p = scratch.block(3, count);
      of_move.forward(pass, 0, m, {.bias = of_move.bias(pass), .rectify = true}, p);
      kernels::row_dots(p, scratch.of_move, 0.0F, scratch.c);
      kernels::sum_moves_backward(x, scratch.c, scratch.moves, leaf.edges, first, count, scratch.dc, dx);
      kernels::row_dots_backward(p, scratch.of_move, scratch.dc, p, move_.front().gradient(gradients),
                                 nullptr);
      of_move.add_gradients(0, m, p, gradients, scratch.temporary);
      of_move.backward_input(pass, 0, p, {.accumulate = true, .mask = m.data}, dm);
    }
    second_.add_gradients(0, hidden, dm, gradients, scratch.temporary);
    const Rows dh_block = rows_from(scratch.dh_edges, first, count);
    second_.backward_input(pass, 0, dm, {}, dh_block);
    kernels::message_line_sums(terms, dh_block, first, first + count, line, norm_.dgamma(gradients),
                               norm_.dbeta(gradients));
  });
  const kernels::RowLineBack back = norm_.begin_backward(pass, kept, edges, gradients, scratch.back);
  kernels::scatter_messages(terms, scratch.dh_edges, line, back,
                            {.du = scratch.du,
                             .dv = scratch.dv,
                             .da = first_.gradient_of(gradients, 2 * units_),
                             .db = first_.gradient_of(gradients, 2 * units_ + 1),
                             .dnorms = scratch.dnorms,
                             .ddots = scratch.ddots});
  for_each_block(h.rows, [&](std::int64_t first, std::int64_t count) {
    const ConstRows block = rows_from(h, first, count);
    const Rows to = rows_from(dh, first, count);
    for (const std::size_t end : {std::size_t{0}, std::size_t{1}}) {
      const ConstRows gradient = rows_from(ConstRows(end == 0 ? scratch.du : scratch.dv), first, count);
      first_.add_gradients(end, block, gradient, gradients, scratch.temporary);
      first_.backward_input(pass, end, gradient, {.accumulate = true}, to);
    }
  });
  if (wants_dx) kernels::minkowski_features_backward(x, leaf.sets, scratch.dnorms, scratch.ddots, dx);
}

bool LorentzMessages::finish(const RowLinePart::Kept& kept, std::int64_t edges, float* gradients,
                             const GradientSums& sums) const {
  bool good = first_.finish(gradients, sums);
  good = norm_.finish(kept, edges, gradients, sums) && good;
  good = second_.finish(gradients, sums) && good;
  good = gate_.finish(gradients, sums) && good;
  good = gate_bias_.finish(gradients, sums) && good;
  for (const SplitProductPart& part : move_hidden_) good = part.finish(gradients, sums) && good;
  for (const RowVectorPart& part : move_) good = part.finish(gradients, sums) && good;
  return good;
}

}  // namespace jetrain

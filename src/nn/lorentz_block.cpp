#include "nn/lorentz_block.hpp"

#include "kernels/activation.hpp"
#include "row_kernels/minkowski.hpp"

namespace jetrain {

LorentzKept::LorentzKept(std::int64_t units, std::int64_t rows, FloatPieces& memory)
    : h(memory.take_rows(rows, units)),
      x(memory.take_rows(rows, kernels::kMovedMomentum)),
      s(memory.take_rows(rows, units)),
      z(memory.take_rows(rows, units)),
      edge_norm(units, memory),
      node_norm(units, memory) {}

LorentzBlock::LorentzBlock(PartSizes& sizes, const std::string& name, const LorentzBlocksConfig& config,
                           bool moves)
    : messages_(sizes, name, config, moves),
      first_(sizes, name + "_node_1", {config.units, config.units, 2}, config.units, true),
      norm_(sizes, name + "_node_norm_", "", config.units, config.momentum, config.epsilon),
      second_(sizes, name + "_node_2", {config.units}, config.units, true) {}

std::int64_t LorentzBlock::multiply_adds(std::int64_t n) const {
  return messages_.multiply_adds(n) + n * (first_.multiply_adds() + second_.multiply_adds());
}

void LorentzBlock::prepare(const float* parameters, float* prepared) const {
  messages_.prepare(parameters, prepared);
  first_.prepare(parameters, prepared);
  second_.prepare(parameters, prepared);
}

void LorentzBlock::update_averages(const std::int64_t* words, float* averages, bool anew) const {
  messages_.norm().update_averages(words, averages, anew);
  norm_.update_averages(words, averages, anew);
}

void LorentzBlock::forward(const LayerPass& pass, const LorentzLeaf& leaf, const LorentzKept& kept,
                           const LorentzScratch& scratch, Rows h_next, Rows x_next) const {
  messages_.forward(pass, leaf, kept.h, kept.x, kept.edge_norm, scratch, kept.s, x_next);
  first_.forward(pass, 0, kept.h, {.bias = first_.bias(pass)}, kept.z);
  first_.forward(pass, 1, kept.s, {.accumulate = true}, kept.z);
  first_.forward(pass, 2, leaf.scalars, {.accumulate = true}, kept.z);
  kernels::RowMoments moments = kernels::start_moments(kept.z.channels, scratch.moments);
  if (pass.takes_statistics()) kernels::add_moments(kept.z, moments);
  const kernels::RowLine line = pass.takes_statistics() ? norm_.line_of(pass, moments, kept.node_norm)
                                                        : norm_.average_line(pass, kept.node_norm);
  kernels::row_line_forward(kept.z, line, true, scratch.z);
  kernels::copy(planes_of(ConstRows(kept.h)), planes_of(h_next));
  second_.forward(pass, 0, scratch.z, {.bias = second_.bias(pass), .accumulate = true}, h_next);
}

void LorentzBlock::backward(const LayerPass& pass, const LorentzLeaf& leaf, const LorentzKept& kept,
                            const LorentzScratch& scratch, Rows dh, Rows dx, bool wants_dx) const {
  float* const gradients = scratch.gradients;
  const std::int64_t rows = kept.h.rows;
  const kernels::RowLine line = kept.node_norm.line();
  const Rows dz = scratch.z;
  for_each_block(rows, [&](std::int64_t first, std::int64_t count) {
    const ConstRows z = rows_from(ConstRows(kept.z), first, count);
    const ConstRows dy = rows_from(ConstRows(dh), first, count);
    const Rows hidden = scratch.block(0, count);
    kernels::row_line_forward(z, line, true, hidden);
    second_.add_gradients(0, hidden, dy, gradients, scratch.temporary);
    const Rows gradient = rows_from(dz, first, count);
    second_.backward_input(pass, 0, dy, {}, gradient);
    kernels::row_line_sums(z, gradient, line, true, norm_.dgamma(gradients), norm_.dbeta(gradients));
  });
  const kernels::RowLineBack back = norm_.begin_backward(pass, kept.node_norm, rows, gradients, scratch.back);
  for_each_block(rows, [&](std::int64_t first, std::int64_t count) {
    const Rows gradient = rows_from(dz, first, count);
    kernels::row_line_backward(rows_from(ConstRows(kept.z), first, count), gradient, line, true, back,
                               gradient);
    const ConstRows inputs[] = {kept.h, kept.s, leaf.scalars};
    for (const std::size_t k : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
      first_.add_gradients(k, rows_from(inputs[k], first, count), gradient, gradients, scratch.temporary);
    first_.backward_input(pass, 0, gradient, {.accumulate = true}, rows_from(dh, first, count));
    first_.backward_input(pass, 1, gradient, {}, rows_from(scratch.dsums, first, count));
  });
  messages_.backward(pass, leaf, kept.h, kept.x, kept.edge_norm, scratch.dsums, scratch, dh, dx, wants_dx);
}

bool LorentzBlock::finish(const LorentzLeaf& leaf, const LorentzKept& kept, float* gradients,
                          const GradientSums& sums) const {
  bool good = messages_.finish(kept.edge_norm, leaf.edges.count(), gradients, sums);
  good = first_.finish(gradients, sums) && good;
  good = norm_.finish(kept.node_norm, kept.h.rows, gradients, sums) && good;
  return second_.finish(gradients, sums) && good;
}

}  // namespace jetrain

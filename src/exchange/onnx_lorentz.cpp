#include <fmt/format.h>

#include <cmath>

#include "exchange/onnx_rows.hpp"
#include "exchange/onnx_sets.hpp"

namespace jetrain {
namespace {

OnnxTensor psi(const OnnxTensor& t) {
  const OnnxTensor size = logarithm(absolute(t) + 1);
  return where(t < 0, -size, size);
}

/// Of float64 momenta (N, P, 4) all <x_i, x_j>, (N, P, P).
OnnxTensor products_of(const OnnxTensor& x) {
  const OnnxTensor lowered = joined({part_of(x, 0, 1, 2), -part_of(x, 1, 4, 2)}, 2);
  return matrix_product(lowered, transposed(x, {0, 2, 1}));
}
/// And |x_i|^2, (N, P, 1).
OnnxTensor squares_of(const OnnxTensor& x) {
  const OnnxTensor squares = x * x;
  return part_of(squares, 0, 1, 2) - sum_over(part_of(squares, 1, 4, 2), 2);
}

/// A jet's constituents with the beams behind them, as all blocks see them: (N, P, ...).
struct Particles {
  OnnxTensor x;        ///< momenta, float64
  OnnxTensor scalars;  ///< (N, P, 2)
  OnnxTensor others;   ///< (N, P, P), whether it is another, and there
  OnnxTensor count;    ///< (N, 1, 1) float64, of the others of each, at least 1
};

Particles particles_of(const OnnxLayer& layer, OnnxFormula& formula, bool beams) {
  OnnxTensor x = formula.tensor(layer.inputs().front());
  OnnxTensor there = cast(formula.tensor(layer.sets().present.name, OnnxType::boolean), OnnxType::float32);
  OnnxTensor is_beam = there * 0;
  if (beams) {
    const OnnxTensor jets = size_of(x, 0);
    const float root = std::sqrt(2.0F);
    const std::vector<float> momenta{root, 0, 0, 1, root, 0, 0, -1};
    const OnnxTensor of_each = joined({jets, formula.integers({2, 4})}, 0);
    x = joined({x, formula.apply("Expand", {formula.constant({1, 2, 4}, momenta), of_each})}, 1);
    const std::vector<float> ones{1, 1};
    const OnnxTensor two =
        formula.apply("Expand", {formula.constant({1, 2}, ones), joined({jets, formula.integers({2})}, 0)});
    there = joined({there, two}, 1);
    is_beam = joined({is_beam, two}, 1);
  }
  const OnnxTensor exact = cast(x, OnnxType::float64);
  const OnnxTensor masses = cast(psi(squares_of(exact)), OnnxType::float32);
  const OnnxTensor count = cast(sum_over(there, 1) - 1, OnnxType::float64);
  return {exact, joined({masses, with_axis(is_beam, 2)}, 2), with_axis(there > 0, 1) && are_two(there),
          with_axis(larger_of(count, 1), 2)};
}

/// [h_i, h_j, norm, dot] times the kernel, (N, P, P, units): what stands in rows that are h's is over places.
OnnxTensor first_product(const OnnxLayer& layer, const std::string& kernel, const OnnxTensor& h,
                         const OnnxTensor& features) {
  const std::int64_t units = layer.view_of(kernel).spec.shape.back();
  const auto times_rows = [&](const OnnxTensor& x, std::int64_t first, std::int64_t count) {
    const std::span<const float> rows = layer.values_of(kernel).subspan(
        static_cast<std::size_t>(first * units), static_cast<std::size_t>(count * units));
    return matrix_product(x, x.formula->constant({count, units}, rows));
  };
  return with_axis(times_rows(h, 0, units), 2) + with_axis(times_rows(h, units, units), 1) +
         times_rows(features, 2 * units, 2);
}

/// psi(|x_i - x_j|^2) and psi(<x_i, x_j>), (N, P, P, 2). In float64, where the sum of squares and products
/// loses nothing that a float would show.
OnnxTensor features_of(const OnnxTensor& x) {
  const OnnxTensor products = products_of(x);
  const OnnxTensor squares = squares_of(x);
  const OnnxTensor norms = squares + transposed(squares, {0, 2, 1}) - products * 2;
  return cast(joined({with_axis(psi(norms), 3), with_axis(psi(products), 3)}, 3), OnnxType::float32);
}

}  // namespace

/// nn/lorentz_blocks.cpp has the equations.
std::string lorentz_blocks_of_sets(const OnnxLayer& layer, const LorentzBlocksDescription& kind) {
  OnnxFormula formula(layer.graph(), layer.node().name);
  const Particles particles = particles_of(layer, formula, kind.beams);
  OnnxTensor x = particles.x;
  OnnxTensor h = product_of(layer, {"embedding_"}, particles.scalars);
  for (std::int64_t b = 1; b <= kind.blocks; ++b) {
    const auto part = [&](const char* name) { return PartName{fmt::format("block_{}_{}_", b, name)}; };
    const OnnxTensor y = first_product(layer, part("edge_1").of("kernel"), h, features_of(x));
    const OnnxTensor hidden = relu_of(line_of(layer, part("edge_norm"), kind.epsilon, y));
    const OnnxTensor m = relu_of(product_of(layer, part("edge_2"), hidden));
    const OnnxTensor gate = formula.apply("Sigmoid", {product_of(layer, part("gate"), m)});
    const OnnxTensor s = without_axis(sum_over(where(with_axis(particles.others, 3), m * gate, 0), 2), 2);
    if (b < kind.blocks) {
      const OnnxTensor of_edges =
          without_axis(product_of(layer, part("move_2"), relu_of(product_of(layer, part("move_1"), m))), 3);
      const OnnxTensor c = cast(where(particles.others, of_edges, 0), OnnxType::float64);
      const OnnxTensor sum = x * sum_over(c, 2) - matrix_product(c, x);
      x = x + sum * static_cast<double>(kind.step) / particles.count;
    }
    const OnnxTensor z = product_of(layer, part("node_1"), joined({h, s, particles.scalars}, 2));
    h = h + product_of(layer, part("node_2"), relu_of(line_of(layer, part("node_norm"), kind.epsilon, z)));
  }
  return finished(layer, kind.beams ? part_of(h, 0, -2, 1) : h);
}

}  // namespace jetrain

#include <fmt/format.h>

#include "exchange/onnx_rows.hpp"
#include "exchange/onnx_sets.hpp"

namespace jetrain {
namespace {

constexpr double kFar = 1e38;  // above every distance

/// Of points (N, P, channels), (N, P, P). In float64, where |x|^2 + |y|^2 - 2 x y loses nothing that a float
/// would show; differences, a matrix for each channel, would be too large.
OnnxTensor squared_distances(const OnnxTensor& points) {
  const OnnxTensor x = cast(points, OnnxType::float64);
  const OnnxTensor squares = sum_over(x * x, 2);
  const OnnxTensor products = matrix_product(x, transposed(x, {0, 2, 1}));
  return cast(squares + transposed(squares, {0, 2, 1}) - products * 2, OnnxType::float32);
}

/// The k nearest of each place, or all where they are fewer: of equally near ones the first.
struct Neighbours {
  Neighbours(const OnnxLayer& layer, const OnnxTensor& points, std::int64_t k) {
    OnnxFormula& formula = *points.formula;
    const OnnxTensor is_there = formula.tensor(layer.sets().present.name, OnnxType::boolean);
    const OnnxTensor may_be = with_axis(is_there, 1) && are_two(points);
    const OnnxTensor distances = where(may_be, squared_distances(points), kFar);
    const OnnxFormula::Ranked ranked = formula.top(distances, formula.integers({k}), false);
    places = ranked.indices;
    present = with_axis(ranked.values < kFar / 2, 3);
  }
  OnnxTensor places;   ///< (N, P, k)
  OnnxTensor present;  ///< (N, P, k, 1)
};

/// Over [x_i, x_j - x_i], (N, P, k, outputs): x_i (W_a - W_b) + x_j W_b, products over places, not edges.
OnnxTensor first_product(const OnnxLayer& layer, const OnnxTensor& x, const OnnxTensor& places) {
  const std::vector<std::int64_t>& shape = layer.view_of("kernel").spec.shape;
  const std::span<const float> kernel = layer.values_of("kernel");
  const std::size_t half = kernel.size() / 2;
  const std::span<const float> of_difference = kernel.subspan(half);
  std::vector<float> of_itself(kernel.begin(), kernel.begin() + static_cast<std::ptrdiff_t>(half));
  for (std::size_t i = 0; i < half; ++i) of_itself[i] -= of_difference[i];
  const auto product = [&](std::span<const float> weights) {
    return matrix_product(x, x.formula->constant({shape[0] / 2, shape[1]}, weights));
  };
  return with_axis(product(of_itself), 2) + places_of(product(of_difference), places);
}

/// Over the neighbours; of none 0. h is not negative.
OnnxTensor pooled(const OnnxTensor& h, const OnnxTensor& present, bool of_maximum) {
  const OnnxTensor of_neighbours = where(present, h, 0);
  if (of_maximum) return without_axis(largest_over(of_neighbours, 2), 2);
  const OnnxTensor count = sum_over(cast(present, OnnxType::float32), 2);
  return without_axis(sum_over(of_neighbours, 2) / larger_of(count, 1), 2);
}

}  // namespace

std::string edge_conv_of_sets(const OnnxLayer& layer, const EdgeConvDescription& kind) {
  OnnxFormula formula(layer.graph(), layer.node().name);
  const OnnxTensor x = formula.tensor(layer.inputs().front());
  const OnnxTensor points = formula.tensor(layer.inputs()[kind.by_angles ? 1 : 0]);
  const Neighbours neighbours(layer, points, kind.neighbours);
  OnnxTensor h = relu_of(line_of(layer, {}, kind.epsilon, first_product(layer, x, neighbours.places)));
  for (std::int64_t l = 1; l < kind.products; ++l) {
    const PartName unit{"", fmt::format("_{}", l)};
    h = relu_of(line_of(layer, unit, kind.epsilon, product_of(layer, unit, h)));
  }
  OnnxTensor y = pooled(h, neighbours.present, kind.of_maximum);
  if (kind.adds_input) y = y + x;
  if (kind.adds_product) {
    const PartName shortcut{"shortcut_"};
    y = y + line_of(layer, shortcut, kind.epsilon, product_of(layer, shortcut, x));
  }
  return finished(layer, y);
}

}  // namespace jetrain

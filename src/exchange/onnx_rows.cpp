#include "exchange/onnx_rows.hpp"

#include <cmath>

namespace jetrain {
namespace {

OnnxTensor values(const OnnxLayer& layer, OnnxFormula& formula, const std::string& parameter) {
  return formula.constant(layer.view_of(parameter).spec.shape, layer.values_of(parameter));
}

/// Columns first ... end - 1 of (rows, columns).
std::vector<float> columns_of(std::span<const float> matrix, std::int64_t columns, std::int64_t first,
                              std::int64_t end) {
  std::vector<float> taken;
  for (auto row = matrix.begin(); row != matrix.end(); row += columns)
    taken.insert(taken.end(), row + first, row + end);
  return taken;
}

}  // namespace

OnnxTensor product_of(const OnnxLayer& layer, const PartName& part, const OnnxTensor& x) {
  return product_of(layer, part, x, 0, layer.view_of(part.of("kernel")).spec.shape.back());
}

OnnxTensor product_of(const OnnxLayer& layer, const PartName& part, const OnnxTensor& x, std::int64_t first,
                      std::int64_t end) {
  const std::vector<std::int64_t>& shape = layer.view_of(part.of("kernel")).spec.shape;
  const std::vector<float> weights = columns_of(layer.values_of(part.of("kernel")), shape.back(), first, end);
  const OnnxTensor y = matrix_product(x, x.formula->constant({shape.front(), end - first}, weights));
  if (!layer.has(part.of("bias"))) return y;
  const std::vector<float> bias = columns_of(layer.values_of(part.of("bias")), shape.back(), first, end);
  return y + x.formula->constant({end - first}, bias);
}

OnnxTensor line_of(const OnnxLayer& layer, const PartName& part, float epsilon, const OnnxTensor& x) {
  const std::span<const float> gamma = layer.values_of(part.of("gamma"));
  const std::span<const float> beta = layer.values_of(part.of("beta"));
  const std::span<const float> mean = layer.values_of(part.of("moving_mean"));
  const std::span<const float> variance = layer.values_of(part.of("moving_variance"));
  std::vector<float> scales;
  std::vector<float> shifts;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double deviation = std::sqrt(static_cast<double>(variance[c]) + static_cast<double>(epsilon));
    const double scale = static_cast<double>(gamma[c]) / deviation;
    scales.push_back(static_cast<float>(scale));
    shifts.push_back(static_cast<float>(static_cast<double>(beta[c]) - static_cast<double>(mean[c]) * scale));
  }
  const std::int64_t channels = std::ssize(scales);
  return x * x.formula->constant({channels}, scales) + x.formula->constant({channels}, shifts);
}

OnnxTensor layer_norm_of(const OnnxLayer& layer, const PartName& part, float epsilon, const OnnxTensor& x) {
  const OnnxTensor centred = x - mean_over(x, -1);
  const OnnxTensor variance = mean_over(centred * centred, -1);
  const OnnxTensor normal = centred / square_root(variance + static_cast<double>(epsilon));
  return normal * values(layer, *x.formula, part.of("gamma")) + values(layer, *x.formula, part.of("beta"));
}

OnnxTensor relu_of(const OnnxTensor& x) {
  return x.formula->apply("Relu", {x});
}

OnnxTensor gelu_of(const OnnxTensor& x) {
  const OnnxTensor erf = x.formula->apply("Erf", {x * std::sqrt(0.5)});
  return x * ((erf + 1) * 0.5);
}

OnnxTensor are_two(const OnnxTensor& places) {
  OnnxFormula& formula = *places.formula;
  const OnnxTensor count = without_axis(size_of(places, 1), 0);
  const OnnxTensor number =
      formula.apply("Range", {formula.number(0, OnnxType::int64), count, formula.number(1, OnnxType::int64)});
  const OnnxTensor same =
      formula.apply_as(OnnxType::boolean, "Equal", {with_axis(number, 1), with_axis(number, 0)});
  return formula.apply("Not", {same});
}

OnnxTensor repeated(const OnnxLayer& layer, OnnxFormula& formula, const std::string& parameter,
                    std::int64_t times) {
  std::vector<float> all;
  for (const float value : layer.values_of(parameter))
    all.insert(all.end(), static_cast<std::size_t>(times), value);
  return formula.constant({std::ssize(all)}, all);
}

std::string finished(const OnnxLayer& layer, const OnnxTensor& y) {
  return layer.graph().node(layer.node().rectifies ? "Relu" : "Identity", layer.node().name, {y.name});
}

}  // namespace jetrain

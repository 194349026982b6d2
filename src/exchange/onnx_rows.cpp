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
  std::vector<float> part;
  for (auto row = matrix.begin(); row != matrix.end(); row += columns)
    part.insert(part.end(), row + first, row + end);
  return part;
}

}  // namespace

OnnxTensor product_of(const OnnxLayer& layer, const std::string& prefix, const OnnxTensor& x) {
  return product_of(layer, prefix, x, 0, layer.view_of(prefix + "kernel").spec.shape.back());
}

OnnxTensor product_of(const OnnxLayer& layer, const std::string& prefix, const OnnxTensor& x,
                      std::int64_t first, std::int64_t end) {
  const std::vector<std::int64_t>& shape = layer.view_of(prefix + "kernel").spec.shape;
  const std::vector<float> weights = columns_of(layer.values_of(prefix + "kernel"), shape.back(), first, end);
  const OnnxTensor y = matrix_product(x, x.formula->constant({shape.front(), end - first}, weights));
  if (!layer.has(prefix + "bias")) return y;
  const std::vector<float> bias = columns_of(layer.values_of(prefix + "bias"), shape.back(), first, end);
  return y + x.formula->constant({end - first}, bias);
}

OnnxTensor line_of(const OnnxLayer& layer, const std::string& prefix, float epsilon, const OnnxTensor& x) {
  const std::span<const float> gamma = layer.values_of(prefix + "gamma");
  const std::span<const float> beta = layer.values_of(prefix + "beta");
  const std::span<const float> mean = layer.values_of(prefix + "moving_mean");
  const std::span<const float> variance = layer.values_of(prefix + "moving_variance");
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

OnnxTensor layer_norm_of(const OnnxLayer& layer, const std::string& prefix, float epsilon,
                         const OnnxTensor& x) {
  const OnnxTensor centred = x - mean_over(x, -1);
  const OnnxTensor variance = mean_over(centred * centred, -1);
  const OnnxTensor normal = centred / square_root(variance + static_cast<double>(epsilon));
  return normal * values(layer, *x.formula, prefix + "gamma") + values(layer, *x.formula, prefix + "beta");
}

OnnxTensor gelu_of(const OnnxTensor& x) {
  const OnnxTensor erf = x.formula->apply("Erf", {x * std::sqrt(0.5)});
  return x * ((erf + 1) * 0.5);
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

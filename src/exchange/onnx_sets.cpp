#include "exchange/onnx_sets.hpp"

#include <limits>

#include "exchange/onnx_rows.hpp"

namespace jetrain {
namespace {

/// The layer's first input, in a formula of the layer's name.
struct Beginning {
  explicit Beginning(const OnnxLayer& layer)
      : formula(layer.graph(), layer.node().name), x(formula.tensor(layer.inputs().front())) {}
  OnnxFormula formula;
  OnnxTensor x;
};

/// Which places hold a constituent, (N, P, 1).
OnnxTensor present_in(OnnxFormula& formula, const OnnxLayer& layer) {
  return with_axis(formula.tensor(layer.sets().present.name, OnnxType::boolean), 2);
}

/// Sums over the jet's constituents, (N, 1, channels), of the second input's shares, if there is one.
struct Sums {
  Sums(const OnnxLayer& layer, Beginning& of) {
    const OnnxTensor present = present_in(of.formula, layer);
    weight = of.formula.number(1, OnnxType::float32);
    if (layer.inputs().size() > 1) weight = of.formula.tensor(layer.inputs()[1]);
    weight = where(present, weight, 0);
    sum = sum_over(where(present, of.x * weight, 0), 1);
  }
  OnnxTensor weight;  ///< (N, P, 1)
  OnnxTensor sum;
};

}  // namespace

std::string dense_of_sets(const OnnxLayer& layer) {
  Beginning of(layer);
  return finished(layer, product_of(layer, {}, of.x));
}

std::string batch_norm_of_sets(const OnnxLayer& layer, float epsilon) {
  Beginning of(layer);
  return finished(layer, line_of(layer, {}, epsilon, of.x));
}

std::string layer_norm_of_sets(const OnnxLayer& layer, float epsilon) {
  Beginning of(layer);
  return finished(layer, layer_norm_of(layer, {}, epsilon, of.x));
}

std::string rms_norm_of_sets(const OnnxLayer& layer, float epsilon) {
  Beginning of(layer);
  const OnnxTensor square = mean_over(of.x * of.x, -1);
  const OnnxTensor normal = of.x / square_root(square + static_cast<double>(epsilon));
  return finished(layer, normal * repeated(layer, of.formula, "gamma", 1));
}

std::string sum_pool_of_sets(const OnnxLayer& layer) {
  Beginning of(layer);
  return finished(layer, without_axis(Sums(layer, of).sum, 1));
}

/// Of no constituents, and where the weights' sum is 0: 0.
std::string mean_pool_of_sets(const OnnxLayer& layer) {
  Beginning of(layer);
  const Sums sums(layer, of);
  const OnnxTensor weight = sum_over(sums.weight, 1);
  const OnnxTensor has_weight = weight > 0;
  const OnnxTensor mean = where(has_weight, sums.sum / where(has_weight, weight, 1), 0);
  return finished(layer, without_axis(mean, 1));
}

std::string max_pool_of_sets(const OnnxLayer& layer) {
  Beginning of(layer);
  constexpr double kLowest = std::numeric_limits<float>::lowest();
  const OnnxTensor present = present_in(of.formula, layer);
  const OnnxTensor largest = largest_over(where(present, of.x, kLowest), 1);
  const OnnxTensor any = largest_over(cast(present, OnnxType::float32), 1) > 0;
  return finished(layer, without_axis(where(any, largest, 0), 1));
}

}  // namespace jetrain

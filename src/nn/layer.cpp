#include "jetrain/nn/layer.hpp"

#include <fmt/format.h>

#include <functional>
#include <numeric>

#include "jetrain/core/error.hpp"
#include "layers.hpp"

namespace jetrain {

std::string Shape::text() const {
  return flat ? fmt::format("({})", columns) : fmt::format("({}, {}, {})", rows, columns, channels);
}

std::int64_t ParameterSpec::size() const noexcept {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

bool Layer::backward_parameters(ConstPlanes, ConstPlanes, const GradientSums&) const {
  return true;
}

std::unique_ptr<Layer> make(const SoftmaxConfig&, const Shape&) {
  throw UsageError("softmax can only be the last layer: the loss is computed with it in one step");
}

std::unique_ptr<Layer> make_layer(const LayerConfig& config, const Shape& input) {
  return std::visit([&](const auto& alternative) { return make(alternative, input); }, config);
}

}  // namespace jetrain

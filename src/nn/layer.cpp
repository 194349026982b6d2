#include "nn/layer.hpp"

#include <fmt/format.h>

#include <functional>
#include <numeric>

#include "jetrain/error.hpp"
#include "nn/layers.hpp"

namespace jetrain {

std::string Shape::text() const {
  return flat ? fmt::format("({})", columns) : fmt::format("({}, {}, {})", rows, columns, channels);
}

std::int64_t ParameterSpec::size() const noexcept {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

bool Layer::backward_parameters(const LayerPass&, ConstPlanes, ConstPlanes, const GradientSums&) const {
  return true;
}

void Layer::backward_second(const LayerPass&, ConstPlanes, Planes) const {
  throw Error(fmt::format("layer {} has one input only", kind_));
}

void require_image(const Shape& input, const char* kind) {
  if (input.flat) {
    throw UsageError(
        fmt::format("{} needs an image, but its input is the vector {}: put it before flatten and dense",
                    kind, input.text()));
  }
}

}  // namespace jetrain

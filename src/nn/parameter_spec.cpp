#include "nn/parameter_spec.hpp"

#include <functional>
#include <numeric>

namespace jetrain {

std::int64_t ParameterSpec::size() const noexcept {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<ParameterSpec> gamma_and_beta(std::int64_t channels) {
  ParameterSpec gamma{.name = "gamma", .role = ParameterRole::scale, .shape = {channels}};
  gamma.initializer = {ConstantInitializer{1.0}};
  return {std::move(gamma), {.name = "beta", .role = ParameterRole::shift, .shape = {channels}}};
}

ParameterSpec average(const char* name, std::vector<std::int64_t> shape, double start) {
  ParameterSpec spec{.name = name, .role = ParameterRole::average, .shape = std::move(shape)};
  spec.initializer = {ConstantInitializer{start}};
  return spec;
}

}  // namespace jetrain

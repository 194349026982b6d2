#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/layers.hpp"
#include "core/parameter_role.hpp"

namespace jetrain {

/// One array of numbers that belongs to a layer, as Keras names and orders it.
struct ParameterSpec {
  std::string name;  ///< kernel | bias | gamma | beta | moving_mean | ..., in files
  ParameterRole role = ParameterRole::kernel;
  std::vector<std::int64_t> shape;  ///< conv2d kernel: (rows, columns, in, out); dense kernel: (in, out)
  InitializerConfig initializer{ZerosInitializer{}};
  std::int64_t fan_in = 1;  ///< of kernels, for the initializers that scale with them
  std::int64_t fan_out = 1;
  RegularizerConfig regularizer{};
  double average_momentum = 1;  ///< of averages: the share of the old value that a step leaves; 1: all of it

  std::int64_t size() const noexcept;
  bool trainable() const { return is_trainable(role); }
};

/// `config`: a layer's, with initializer and regularizer.
template <class Config>
ParameterSpec kernel_of(const Config& config, std::vector<std::int64_t> shape, std::int64_t fan_in,
                        std::int64_t fan_out) {
  return {.name = "kernel",
          .role = ParameterRole::kernel,
          .shape = std::move(shape),
          .initializer = config.initializer,
          .fan_in = fan_in,
          .fan_out = fan_out,
          .regularizer = config.regularizer};
}

/// With the bias, where the config asks for one: a number for each of the kernel's outputs, which its shape
/// ends with.
template <class Config>
std::vector<ParameterSpec> kernel_and_bias_of(const Config& config, std::vector<std::int64_t> shape,
                                              std::int64_t fan_in, std::int64_t fan_out) {
  const std::int64_t outputs = shape.back();
  std::vector<ParameterSpec> specs{kernel_of(config, std::move(shape), fan_in, fan_out)};
  if (config.use_bias) {
    specs.push_back({.name = "bias",
                     .role = ParameterRole::bias,
                     .shape = {outputs},
                     .initializer = config.bias_initializer});
  }
  return specs;
}

/// Scale and shift of a normalisation, one each a channel.
std::vector<ParameterSpec> gamma_and_beta(std::int64_t channels);

/// An average that begins at `start`.
ParameterSpec average(const char* name, std::vector<std::int64_t> shape, double start);

}  // namespace jetrain

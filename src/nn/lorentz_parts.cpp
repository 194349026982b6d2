#include "nn/lorentz_parts.hpp"

#include <algorithm>
#include <cmath>

namespace jetrain {

SplitProductPart::SplitProductPart(PartSizes& sizes, const std::string& name,
                                   std::vector<std::int64_t> inputs, std::int64_t outputs, bool has_bias)
    : outputs_(outputs), has_bias_(has_bias), parameters_(sizes.parameters), gradients_(sizes.gradients) {
  for (const std::int64_t count : inputs) {
    const kernels::ProductShape shape{count, outputs};
    splits_.push_back({shape, inputs_, sizes.prepared});
    sizes.prepared += kernels::packed_floats(shape) + kernels::packed_floats(shape.transposed());
    sizes.temporary = std::max(sizes.temporary, (count + 1) * padded_channels(outputs));
    inputs_ += count;
  }
  // Glorot's limit is sqrt(6 / (fan_in + fan_out)).
  sizes.add({.name = name + "_kernel",
             .role = ParameterRole::kernel,
             .shape = {inputs_, outputs},
             .initializer = {GlorotUniformInitializer{}},
             .fan_in = 3 * inputs_,
             .fan_out = 3 * inputs_});
  if (has_bias) sizes.add({.name = name + "_bias", .role = ParameterRole::bias, .shape = {outputs}});
  sizes.gradients += (inputs_ + (has_bias ? 1 : 0)) * padded_channels(outputs);
}

void SplitProductPart::prepare(const float* parameters, float* prepared) const {
  for (const Split& split : splits_) {
    const float* const weights = parameters + parameters_ + split.first * outputs_;
    float* const packed = prepared + split.prepared;
    kernels::pack_weights(split.shape, weights, packed);
    kernels::pack_transposed(split.shape, weights, packed + kernels::packed_floats(split.shape));
  }
}

void SplitProductPart::forward(const LayerPass& pass, std::size_t k, ConstRows x,
                               const kernels::Epilogue& epilogue, Rows y) const {
  kernels::multiply(x, pass.prepared + splits_[k].prepared, epilogue, y);
}

void SplitProductPart::backward_input(const LayerPass& pass, std::size_t k, ConstRows dy,
                                      const kernels::Epilogue& epilogue, Rows dx) const {
  const Split& split = splits_[k];
  kernels::multiply(dy, pass.prepared + split.prepared + kernels::packed_floats(split.shape), epilogue, dx);
}

void SplitProductPart::add_gradients(std::size_t k, ConstRows x, ConstRows dy, float* gradients,
                                     float* temporary) const {
  const Split& split = splits_[k];
  const std::int64_t width = padded_channels(outputs_);
  const std::int64_t floats = split.shape.inputs * width;
  const bool with_bias = has_bias_ && k == 0;
  kernels::multiply_transposed(x, dy, temporary, with_bias ? temporary + floats : nullptr);
  float* const weights = gradient_of(gradients, split.first);
  for (std::int64_t i = 0; i < floats; ++i) weights[i] += temporary[i];
  if (!with_bias) return;
  float* const bias = gradient_of(gradients, inputs_);
  for (std::int64_t i = 0; i < width; ++i) bias[i] += temporary[floats + i];
}

bool SplitProductPart::finish(float* gradients, const GradientSums& sums) const {
  const std::int64_t rows = inputs_ + (has_bias_ ? 1 : 0);
  return add_rows_exactly({gradients + gradients_, rows, outputs_}, sums.limit, sums.sums + parameters_);
}

ParameterSpec one_output_kernel(const std::string& name, std::int64_t channels, double limit) {
  const auto fan = static_cast<std::int64_t>(std::lround(3.0 / (limit * limit)));
  return {.name = name + "_kernel",
          .role = ParameterRole::kernel,
          .shape = {channels, 1},
          .initializer = {GlorotUniformInitializer{}},
          .fan_in = fan,
          .fan_out = fan};
}

}  // namespace jetrain

#include "nn/row_parts.hpp"

#include <algorithm>

#include "row_kernels/row_norm.hpp"

namespace jetrain {
namespace {

void add_to(const float* values, std::int64_t count, float* sums) {
  for (std::int64_t i = 0; i < count; ++i) sums[i] += values[i];
}

}  // namespace

void clear_padding(Rows rows) {
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    std::fill(rows.row(r) + rows.channels, rows.row(r) + rows.stride(), 0.0F);
  }
}

void PartSizes::add(ParameterSpec spec) {
  parameters += spec.size();
  specs.push_back(std::move(spec));
}

void PartSizes::add_average(ParameterSpec spec) {
  averages_floats += spec.size();
  averages.push_back(std::move(spec));
}

std::vector<ParameterSpec> PartSizes::all_specs() const {
  std::vector<ParameterSpec> all = specs;
  all.insert(all.end(), averages.begin(), averages.end());
  return all;
}

RowVectorPart::RowVectorPart(PartSizes& sizes, const std::string& name, std::int64_t channels,
                             const InitializerConfig& start, ParameterRole role)
    : channels_(channels), parameters_(sizes.parameters), gradients_(sizes.gradients) {
  sizes.add({.name = name, .role = role, .shape = {channels}, .initializer = start});
  sizes.gradients += padded_channels(channels);
}

bool RowVectorPart::finish(float* gradients, const GradientSums& sums) const {
  return add_rows_exactly({gradient(gradients), 1, channels_}, sums.limit, sums.sums + parameters_);
}

RowProductPart::RowProductPart(PartSizes& sizes, const std::string& name, std::int64_t inputs,
                               std::int64_t outputs, std::int64_t fan_out, std::int64_t smaller_variance)
    : shape_{inputs, outputs},
      parameters_(sizes.parameters),
      prepared_(sizes.prepared),
      gradients_(sizes.gradients) {
  sizes.add({.name = name + "_kernel",
             .role = ParameterRole::kernel,
             .shape = {inputs, outputs},
             .initializer = {GlorotUniformInitializer{}},
             .fan_in = inputs * smaller_variance,
             .fan_out = fan_out * smaller_variance});
  sizes.add({.name = name + "_bias", .role = ParameterRole::bias, .shape = {outputs}});
  add_memory(sizes);
}

RowProductPart::RowProductPart(PartSizes& sizes, ParameterSpec kernel)
    : shape_{kernel.shape[0], kernel.shape[1]},
      has_bias_(false),
      parameters_(sizes.parameters),
      prepared_(sizes.prepared),
      gradients_(sizes.gradients) {
  sizes.add(std::move(kernel));
  add_memory(sizes);
}

void RowProductPart::add_memory(PartSizes& sizes) const {
  sizes.prepared += kernels::packed_floats(shape_) + kernels::packed_floats(shape_.transposed());
  const std::int64_t floats = weight_floats() + (has_bias_ ? padded_channels(shape_.outputs) : 0);
  sizes.gradients += floats;
  sizes.temporary = std::max(sizes.temporary, floats);
}

void RowProductPart::prepare(const float* parameters, float* prepared) const {
  kernels::pack_weights(shape_, parameters + parameters_, prepared + prepared_);
  kernels::pack_transposed(shape_, parameters + parameters_,
                           prepared + prepared_ + kernels::packed_floats(shape_));
}

void RowProductPart::forward(const LayerPass& pass, ConstRows x, Rows y) const {
  const float* const behind_weights = pass.parameters + parameters_ + shape_.inputs * shape_.outputs;
  kernels::multiply(x, pass.prepared + prepared_, {.bias = has_bias_ ? behind_weights : nullptr}, y);
}

void RowProductPart::backward_input(const LayerPass& pass, ConstRows dy, Rows dx) const {
  kernels::multiply(dy, pass.prepared + prepared_ + kernels::packed_floats(shape_), {}, dx);
}

void RowProductPart::add_gradients(ConstRows x, ConstRows dy, float* gradients, float* temporary) const {
  kernels::multiply_transposed(x, dy, temporary, has_bias_ ? temporary + weight_floats() : nullptr);
  add_to(temporary, weight_floats() + (has_bias_ ? padded_channels(shape_.outputs) : 0),
         gradients + gradients_);
}

bool RowProductPart::finish(float* gradients, const GradientSums& sums) const {
  const float* const from = gradients + gradients_;
  std::int64_t* const to = sums.sums + parameters_;
  const bool good = add_rows_exactly({from, shape_.inputs, shape_.outputs}, sums.limit, to);
  if (!has_bias_) return good;
  return add_rows_exactly({from + weight_floats(), 1, shape_.outputs}, sums.limit,
                          to + shape_.inputs * shape_.outputs) &&
         good;
}

RowNormPart::RowNormPart(PartSizes& sizes, const std::string& name, std::int64_t channels, double epsilon)
    : channels_(channels),
      epsilon_(static_cast<float>(epsilon)),
      parameters_(sizes.parameters),
      gradients_(sizes.gradients) {
  for (ParameterSpec& spec : gamma_and_beta(channels)) {
    spec.name = name + "_" + spec.name;
    sizes.add(std::move(spec));
  }
  sizes.gradients += 2 * padded_channels(channels);
  sizes.temporary = std::max(sizes.temporary, 2 * padded_channels(channels));
}

void RowNormPart::forward(const LayerPass& pass, ConstRows x, float* kept, Rows y) const {
  const float* const gamma = pass.parameters + parameters_;
  kernels::layer_norm_forward(x, epsilon_, gamma, gamma + channels_, kept, y);
}

void RowNormPart::backward(const LayerPass& pass, ConstRows x, ConstRows dy, const float* kept, Rows dx,
                           float* gradients, float* temporary) const {
  const std::int64_t width = padded_channels(channels_);
  kernels::layer_norm_backward_parameters(x, dy, kept, temporary, temporary + width);
  add_to(temporary, channels_, gradients + gradients_);
  add_to(temporary + width, channels_, gradients + gradients_ + width);
  kernels::layer_norm_backward_input(x, dy, pass.parameters + parameters_, kept, dx);
}

bool RowNormPart::finish(float* gradients, const GradientSums& sums) const {
  return add_rows_exactly({gradients + gradients_, 2, channels_}, sums.limit, sums.sums + parameters_);
}

kernels::SetDropout RowDropoutPart::of_sample(const LayerPass& pass, std::int64_t sample) const {
  kernels::SetDropout dropout{.seed = pass.leaf.seed, .epoch = pass.leaf.epoch};
  const auto position = static_cast<std::uint64_t>(pass.leaf.first_position + sample);
  dropout.index = kernels::SetDropout::stream_index(position, pass.number, use_);
  dropout.set_rate(rate_);
  return dropout;
}

void RowDropoutPart::forward(const LayerPass& pass, std::int64_t first, Rows rows,
                             kernels::KeptBits* kept) const {
  if (!drops(pass)) return;
  const RowOffsets& sets = *pass.leaf.sets;
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    const std::int64_t begin = std::max(first, sets.begin(sample));
    const std::int64_t end = std::min(first + rows.rows, sets.begin(sample + 1));
    if (begin >= end) continue;
    float* const values = rows.row(begin - first);
    kernels::dropout_rows(of_sample(pass, sample), (begin - sets.begin(sample)) * rows.stride(),
                          (end - begin) * rows.stride(), values, values,
                          kept + begin * rows.stride() / kLanes);
  }
}

void RowDropoutPart::again(const LayerPass& pass, std::int64_t first, Rows rows,
                           const kernels::KeptBits* kept) const {
  if (!drops(pass)) return;
  kernels::dropout_rows_again(of_sample(pass, 0).scale, rows.rows * rows.stride(), rows.data,
                              kept + first * rows.stride() / kLanes, rows.data);
}

}  // namespace jetrain

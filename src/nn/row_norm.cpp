#include "row_kernels/row_norm.hpp"

#include "kernels/exact_sum.hpp"
#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// Normalisation of each constituent by itself (row_kernels/row_norm.hpp).
class RowNorm : public Layer {
 public:
  RowNorm(const LayerDescription& description, const SetShape& input, double epsilon)
      : Layer(description, {input}, input),
        channels_(input.channels),
        epsilon_(static_cast<float>(epsilon)) {}

  LayerNeeds needs() const override { return {.scratch_floats = 2 * channels_}; }
  LeafFloats floats_of(const RowOffsets& sets) const override {
    return {.kept = kernels::row_norm_kept_floats(sets.rows())};
  }

 protected:
  ConstRows rows(const ConstPlanes& planes) const { return rows_of(planes, channels_); }
  Rows rows(const Planes& planes) const { return rows_of(planes, channels_); }

  std::int64_t channels_;
  float epsilon_;
};

class RowLayerNorm final : public RowNorm {
 public:
  using RowNorm::RowNorm;
  std::vector<ParameterSpec> parameters() const override { return gamma_and_beta(channels_); }

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::layer_norm_forward(rows(pass.x()), epsilon_, pass.parameters, pass.parameters + channels_,
                                pass.kept, rows(y));
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::layer_norm_backward_input(rows(pass.x()), rows(dy), pass.parameters, pass.kept,
                                       rows(gradients.front().dx));
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    const auto count = static_cast<std::size_t>(2 * channels_);
    kernels::layer_norm_backward_parameters(rows(pass.x()), rows(dy), pass.kept, pass.scratch,
                                            pass.scratch + channels_);
    return kernels::exact_accumulate({pass.scratch, count}, gradients.limit, {gradients.sums, count});
  }
};

class RowRmsNorm final : public RowNorm {
 public:
  using RowNorm::RowNorm;
  std::vector<ParameterSpec> parameters() const override { return {gamma_and_beta(channels_).front()}; }

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::rms_norm_forward(rows(pass.x()), epsilon_, pass.parameters, pass.kept, rows(y));
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::rms_norm_backward_input(rows(pass.x()), rows(dy), pass.parameters, pass.kept,
                                     rows(gradients.front().dx));
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    const auto count = static_cast<std::size_t>(channels_);
    kernels::rms_norm_backward_parameters(rows(pass.x()), rows(dy), pass.kept, pass.scratch);
    return kernels::exact_accumulate({pass.scratch, count}, gradients.limit, {gradients.sums, count});
  }
};

}  // namespace

std::unique_ptr<Layer> make_row_layer_norm(const LayerNormConfig& config, const SetShape& input) {
  return std::make_unique<RowLayerNorm>(LayerNormDescription{static_cast<float>(config.epsilon)}, input,
                                        config.epsilon);
}

template <>
std::unique_ptr<Layer> make_layer(const RmsNormConfig& config, const Shape& input) {
  return std::make_unique<RowRmsNorm>(RmsNormDescription{static_cast<float>(config.epsilon)},
                                      require_set(input, config.kName), config.epsilon);
}

}  // namespace jetrain

#include <fmt/format.h>

#include "jetrain/error.hpp"
#include "kernels/exact_sum.hpp"
#include "kernels/norm.hpp"
#include "nn/norm_view.hpp"
#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// Group and layer normalisation (one group) of each sample by itself; see kernels/norm.hpp.
class GroupNorm final : public Layer {
 public:
  GroupNorm(const LayerDescription& description, const kernels::NormShape& shape, const Shape& input)
      : Layer(description, {input}, input), shape_(shape), channels_(norm_channels(input)) {}

  LayerNeeds needs() const override {
    return {.kept_floats = kernels::group_norm_kept_floats(shape_), .scratch_floats = 2 * channels_};
  }
  std::vector<ParameterSpec> parameters() const override { return gamma_and_beta(channels_); }

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::group_norm_forward(shape_, view(pass.x()), pass.parameters, pass.parameters + channels_,
                                pass.kept, view(y));
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::group_norm_backward_input(shape_, view(pass.x()), view(dy), pass.parameters, pass.kept,
                                       view(gradients.front().dx));
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    kernels::group_norm_backward_parameters(shape_, view(pass.x()), view(dy), pass.kept, pass.scratch,
                                            pass.scratch + channels_);
    const auto count = static_cast<std::size_t>(2 * channels_);
    return kernels::exact_accumulate({pass.scratch, count}, gradients.limit, {gradients.sums, count});
  }

 private:
  template <class T>
  BasicPlanes<T> view(BasicPlanes<T> planes) const {
    return norm_view(planes, inputs().front());
  }

  kernels::NormShape shape_;
  std::int64_t channels_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const LayerNormConfig& config, const Shape& input) {
  if (const auto* set = std::get_if<SetShape>(&input.form())) return make_row_layer_norm(config, *set);
  const kernels::NormShape shape{1, static_cast<float>(config.epsilon)};
  return std::make_unique<GroupNorm>(LayerNormDescription{shape.epsilon}, shape, input);
}

template <>
std::unique_ptr<Layer> make_layer(const GroupNormConfig& config, const Shape& input) {
  if (input.has_rows()) require_image(input, "group_norm");
  if (norm_channels(input) % config.groups != 0) {
    throw UsageError(fmt::format("groups {} must divide the {} channels of the input {}", config.groups,
                                 norm_channels(input), input.text()));
  }
  const kernels::NormShape shape{config.groups, static_cast<float>(config.epsilon)};
  return std::make_unique<GroupNorm>(GroupNormDescription{shape.groups, shape.epsilon}, shape, input);
}

}  // namespace jetrain

#include <fmt/format.h>

#include "jetrain/error.hpp"
#include "kernels/exact_sum.hpp"
#include "kernels/norm.hpp"
#include "nn/layers.hpp"
#include "nn/norm_view.hpp"

namespace jetrain {
namespace {

/// Group and layer normalisation (one group) of each sample by itself; see kernels/norm.hpp.
class GroupNorm final : public Layer {
 public:
  GroupNorm(const char* kind, std::int64_t groups, double epsilon, const Shape& input)
      : Layer(kind, input, input), shape_{groups, static_cast<float>(epsilon)} {}

  LayerSettings settings() const override { return {.groups = shape_.groups, .epsilon = shape_.epsilon}; }
  std::vector<ParameterSpec> parameters() const override { return gamma_and_beta(channels()); }
  std::int64_t kept_floats() const override { return kernels::group_norm_kept_floats(shape_); }
  std::int64_t scratch_floats() const override { return 2 * channels(); }

  void forward(const LayerPass& pass, ConstPlanes x, Planes y) const override {
    kernels::group_norm_forward(shape_, view(x), pass.parameters, pass.parameters + channels(), pass.kept,
                                view(y));
  }
  void backward_input(const LayerPass& pass, ConstPlanes x, ConstPlanes, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::group_norm_backward_input(shape_, view(x), view(dy), pass.parameters, pass.kept, view(dx));
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes x, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    kernels::group_norm_backward_parameters(shape_, view(x), view(dy), pass.kept, gradients.scratch,
                                            gradients.scratch + channels());
    const auto count = static_cast<std::size_t>(2 * channels());
    return kernels::exact_accumulate({gradients.scratch, count}, gradients.limit, {gradients.sums, count});
  }

 private:
  std::int64_t channels() const { return norm_channels(input()); }
  template <class T>
  BasicPlanes<T> view(BasicPlanes<T> planes) const {
    return norm_view(planes, input());
  }

  kernels::NormShape shape_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const LayerNormConfig& config, const Shape& input) {
  return std::make_unique<GroupNorm>("layer_norm", 1, config.epsilon, input);
}

template <>
std::unique_ptr<Layer> make_layer(const GroupNormConfig& config, const Shape& input) {
  if (norm_channels(input) % config.groups != 0) {
    throw UsageError(fmt::format("groups {} must divide the {} channels of the input {}", config.groups,
                                 norm_channels(input), input.text()));
  }
  return std::make_unique<GroupNorm>("group_norm", config.groups, config.epsilon, input);
}

}  // namespace jetrain

#include "kernels/exact_sum.hpp"
#include "kernels/norm.hpp"
#include "nn/layers.hpp"
#include "nn/norm_view.hpp"

namespace jetrain {
namespace {

/// Batch normalisation with the leaf as its batch (ghost batch normalisation; see kernels/norm.hpp): leaves
/// need not wait for one another. Running averages of the leaves' means and variances, each leaf weighted by
/// its samples, are kept for validation: average <- momentum average + (1 - momentum) (sum over the batch) /
/// samples. A short last leaf uses the samples that it has; of one alone, in a dense layer, only beta is
/// left.
class BatchNorm final : public Layer {
 public:
  BatchNorm(const BatchNormConfig& config, const Shape& input)
      : Layer("batch_norm", input, input),
        momentum_(config.momentum),
        epsilon_(static_cast<float>(config.epsilon)) {}

  LayerSettings settings() const override { return {.epsilon = epsilon_}; }
  std::vector<ParameterSpec> parameters() const override {
    std::vector<ParameterSpec> specs = gamma_and_beta(channels());
    specs.push_back(average("moving_mean", {channels()}, 0.0));
    specs.push_back(average("moving_variance", {channels()}, 1.0));
    specs[2].average_momentum = specs[3].average_momentum = momentum_;
    return specs;
  }
  std::int64_t kept_floats() const override { return 2 * channels(); }
  std::int64_t scratch_floats() const override { return 2 * channels(); }

  void forward(const LayerPass& pass, ConstPlanes x, Planes y) const override {
    const float* mean = pass.averages;
    if (pass.leaf.training) {
      kernels::batch_statistics(view(x), pass.leaf.samples, pass.kept, pass.kept + channels());
      mean = pass.kept;
    }
    kernels::batch_norm_forward(view(x), epsilon_, mean, mean + channels(), pass.parameters,
                                pass.parameters + channels(), view(y));
  }
  void backward_input(const LayerPass& pass, ConstPlanes x, ConstPlanes, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::batch_norm_backward_input(view(x), view(dy), pass.leaf.samples, epsilon_, pass.kept,
                                       pass.kept + channels(), pass.parameters, view(dx));
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes x, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    float* values = gradients.scratch;
    const auto count = static_cast<std::size_t>(2 * channels());
    kernels::batch_norm_backward_parameters(view(x), view(dy), epsilon_, pass.kept, pass.kept + channels(),
                                            values, values + channels());
    const bool good = kernels::exact_accumulate({values, count}, gradients.limit, {gradients.sums, count});
    const auto samples = static_cast<float>(pass.leaf.samples);
    for (std::size_t i = 0; i < count; ++i) values[i] = pass.kept[i] * samples;
    return kernels::exact_accumulate({values, count}, gradients.limit, {gradients.averages, count}) && good;
  }

 private:
  std::int64_t channels() const { return norm_channels(input()); }
  template <class T>
  BasicPlanes<T> view(BasicPlanes<T> planes) const {
    return norm_view(planes, input());
  }

  double momentum_;
  float epsilon_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const BatchNormConfig& config, const Shape& input) {
  return std::make_unique<BatchNorm>(config, input);
}

}  // namespace jetrain

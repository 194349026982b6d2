#include <algorithm>

#include "kernels/exact_sum.hpp"
#include "kernels/norm.hpp"
#include "nn/norm_view.hpp"
#include "nn/row_averages.hpp"
#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// Batch normalisation with the leaf as its batch (ghost batch normalisation; see kernels/norm.hpp): leaves
/// need not wait for one another. Running averages of the leaves' means and variances, each leaf weighted by
/// its samples, are kept for validation: average <- momentum average + (1 - momentum) (sum over the batch) /
/// samples. A frozen one uses them in training, too, and keeps them. A short last leaf uses the samples that
/// it has; of one alone, in a dense layer, only beta is left. In networks of sets the averages' sums are
/// those of RowAverages, of a wider range.
class BatchNorm final : public Layer {
 public:
  BatchNorm(const BatchNormConfig& config, const Shape& input)
      : Layer(BatchNormDescription{static_cast<float>(config.epsilon)}, {input}, input),
        channels_(norm_channels(input)),
        momentum_(config.momentum),
        wide_(config.wide_range),
        wide_averages_(channels_, config.momentum),
        epsilon_(static_cast<float>(config.epsilon)) {}

  LayerNeeds needs() const override {
    return {.kept_floats = 2 * channels_, .scratch_floats = 2 * channels_};
  }
  std::vector<ParameterSpec> parameters() const override {
    std::vector<ParameterSpec> specs = batch_norm_parameters(channels_);
    if (!wide_) specs[2].average_momentum = specs[3].average_momentum = momentum_;
    return specs;
  }
  std::int64_t statistics_words() const override { return wide_ ? wide_averages_.words() : 0; }
  void update_averages(const std::int64_t* words, float* averages, bool anew) const override {
    wide_averages_.update(words, averages, anew);
  }

  void forward(const LayerPass& pass, Planes y) const override {
    const ConstPlanes x = view(pass.x());
    const float* mean = pass.averages;
    if (pass.takes_statistics()) {
      kernels::batch_statistics(x, pass.leaf.samples, pass.kept, pass.kept + channels_);
      mean = pass.kept;
    }
    kernels::batch_norm_forward(x, epsilon_, mean, mean + channels_, pass.parameters,
                                pass.parameters + channels_, view(y));
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    if (pass.frozen) {  // y is linear in x, and so is dx in dy
      std::fill_n(pass.scratch, channels_, 0.0F);
      return kernels::batch_norm_forward(view(dy), epsilon_, pass.scratch, pass.averages + channels_,
                                         pass.parameters, pass.scratch, view(gradients.front().dx));
    }
    kernels::batch_norm_backward_input(view(pass.x()), view(dy), pass.leaf.samples, epsilon_, pass.kept,
                                       pass.kept + channels_, pass.parameters, view(gradients.front().dx));
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    float* values = pass.scratch;
    const auto count = static_cast<std::size_t>(2 * channels_);
    kernels::batch_norm_backward_parameters(view(pass.x()), view(dy), epsilon_, pass.kept,
                                            pass.kept + channels_, values, values + channels_);
    const bool good = kernels::exact_accumulate({values, count}, gradients.limit, {gradients.sums, count});
    if (wide_) {
      const float* mean = pass.kept;
      return wide_averages_.add(mean, mean + channels_, pass.leaf.samples, gradients.statistics) && good;
    }
    const auto samples = static_cast<float>(pass.leaf.samples);
    for (std::size_t i = 0; i < count; ++i) values[i] = pass.kept[i] * samples;
    return kernels::exact_accumulate({values, count}, gradients.limit, {gradients.averages, count}) && good;
  }

 private:
  template <class T>
  BasicPlanes<T> view(BasicPlanes<T> planes) const {
    return norm_view(planes, inputs().front());
  }

  std::int64_t channels_;
  double momentum_;
  bool wide_;
  RowAverages wide_averages_;
  float epsilon_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const BatchNormConfig& config, const Shape& input) {
  if (const auto* set = std::get_if<SetShape>(&input.form())) return make_row_batch_norm(config, *set);
  return std::make_unique<BatchNorm>(config, input);
}

}  // namespace jetrain

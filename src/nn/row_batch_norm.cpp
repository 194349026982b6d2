#include "row_kernels/row_batch_norm.hpp"

#include <algorithm>

#include "kernels/exact_sum.hpp"
#include "nn/row_averages.hpp"
#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// Batch normalisation over all constituents of a leaf (row_kernels/row_batch_norm.hpp), so that leaves need
/// not wait for one another: a leaf has some seven hundred. Running averages (nn/row_averages.hpp) serve
/// validation.
class RowBatchNorm final : public Layer {
 public:
  RowBatchNorm(const BatchNormConfig& config, const SetShape& input)
      : Layer(BatchNormDescription{static_cast<float>(config.epsilon)}, {input}, input),
        channels_(input.channels),
        averages_(input.channels, config.momentum),
        epsilon_(static_cast<float>(config.epsilon)) {}

  LayerNeeds needs() const override {
    return {.kept_floats = 2 * channels_, .scratch_floats = 2 * channels_};
  }
  std::vector<ParameterSpec> parameters() const override { return batch_norm_parameters(channels_); }
  std::int64_t statistics_words() const override { return averages_.words(); }
  void update_averages(const std::int64_t* words, float* averages, bool anew) const override {
    averages_.update(words, averages, anew);
  }

  void forward(const LayerPass& pass, Planes y) const override {
    const ConstRows x = rows_of(pass.x(), channels_);
    const float* mean = pass.averages;
    if (pass.takes_statistics()) {
      kernels::row_statistics(x, pass.kept, pass.kept + channels_);
      mean = pass.kept;
    }
    kernels::row_batch_norm_forward(x, mean, mean + channels_, epsilon_, gamma(pass), beta(pass), false,
                                    rows_of(y, channels_));
  }

  bool backward_is_one() const override { return true; }
  bool backward(const LayerPass& pass, ConstPlanes, ConstPlanes dy_planes,
                std::span<const InputGradient> gradients, const GradientSums& sums) const override {
    const ConstRows x = rows_of(pass.x(), channels_);
    const ConstRows dy = rows_of(dy_planes, channels_);
    const float* mean = pass.frozen ? pass.averages : pass.kept;
    const float* variance = mean + channels_;
    float* dgamma = pass.scratch;
    float* dbeta = pass.scratch + channels_;
    if (pass.frozen)  // the averages are not the rows' own: no way back through them
      std::fill_n(pass.scratch, 2 * channels_, 0.0F);
    else
      kernels::row_batch_norm_backward_parameters(x, dy, mean, variance, epsilon_, gamma(pass), beta(pass),
                                                  false, dgamma, dbeta);
    if (gradients.front().wanted()) {
      kernels::row_batch_norm_backward_input(x, dy, mean, variance, epsilon_, gamma(pass), beta(pass), false,
                                             dgamma, dbeta, rows_of(gradients.front().dx, channels_));
    }
    if (!sums.wanted()) return true;
    const auto count = static_cast<std::size_t>(2 * channels_);
    const bool good = kernels::exact_accumulate({dgamma, count}, sums.limit, {sums.sums, count});
    return averages_.add(mean, variance, x.rows, sums.statistics) && good;
  }

 private:
  static const float* gamma(const LayerPass& pass) { return pass.parameters; }
  const float* beta(const LayerPass& pass) const { return pass.parameters + channels_; }

  std::int64_t channels_;
  RowAverages averages_;
  float epsilon_;
};

}  // namespace

std::unique_ptr<Layer> make_row_batch_norm(const BatchNormConfig& config, const SetShape& input) {
  return std::make_unique<RowBatchNorm>(config, input);
}

}  // namespace jetrain

#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// y = (x - mean) / max(deviation, epsilon), channel by channel, with the mean and deviation over all
/// constituents of the training set (train/standardization.hpp), stored as `mean` and `scale`.
class RowStandardize final : public Layer {
 public:
  RowStandardize(const StandardizeConfig& config, const SetShape& input)
      : Layer(StandardizeDescription{config.epsilon}, {input}, input), channels_(input.channels) {}

  std::vector<ParameterSpec> parameters() const override {
    return {average("mean", {channels_}, 0.0), average("scale", {channels_}, 1.0)};
  }

  void forward(const LayerPass& pass, Planes y_planes) const override {
    const ConstRows x = rows_of(pass.x(), channels_);
    const Rows y = rows_of(y_planes, channels_);
    const float* mean = pass.averages;
    const float* scale = pass.averages + channels_;
    for (std::int64_t r = 0; r < x.rows; ++r) {
      for (std::int64_t c = 0; c < x.stride(); ++c)
        y.row(r)[c] = c < channels_ ? (x.row(r)[c] - mean[c]) / scale[c] : 0.0F;
    }
  }
  // It stands on an input: nobody asks for the gradient.

 private:
  std::int64_t channels_;
};

}  // namespace

std::unique_ptr<Layer> make_row_standardize(const StandardizeConfig& config, const SetShape& input) {
  return std::make_unique<RowStandardize>(config, input);
}

}  // namespace jetrain

#include "kernels/activation.hpp"
#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// y = (x - mean) / max(deviation, epsilon), value by value, with the training set's mean and deviation
/// (Keras' Normalization). They are measured before the training begins (train/standardization.hpp) and
/// stored with the model as `mean` and `scale`.
class Standardize final : public Layer {
 public:
  Standardize(const StandardizeConfig& config, const Shape& input)
      : Layer(StandardizeDescription{config.epsilon}, {input}, input) {}

  std::vector<ParameterSpec> parameters() const override {
    return {average("mean", output().sizes(), 0.0), average("scale", output().sizes(), 1.0)};
  }

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::scale_forward(pass.x(), pass.averages, pass.averages + output().size(), y);
  }
  void backward_inputs(const LayerPass&, ConstPlanes, ConstPlanes,
                       std::span<const InputGradient>) const override {
    // On an input, nobody asks.
  }
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const StandardizeConfig& config, const Shape& input) {
  if (const auto* set = std::get_if<SetShape>(&input.form())) return make_row_standardize(config, *set);
  return std::make_unique<Standardize>(config, input);
}

}  // namespace jetrain

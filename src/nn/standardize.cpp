#include "kernels/activation.hpp"
#include "nn/layers.hpp"
#include "nn/norm_view.hpp"

namespace jetrain {
namespace {

/// y = (x - mean) / max(deviation, epsilon), value by value, with the training set's mean and deviation
/// (Keras' Normalization). They are measured before the training begins (train/standardization.hpp) and
/// stored with the model as `mean` and `scale`.
class Standardize final : public Layer {
 public:
  Standardize(const StandardizeConfig& config, const Shape& input)
      : Layer("standardize", input, input), epsilon_(config.epsilon) {}

  std::vector<ParameterSpec> parameters() const override {
    const Shape& s = input();
    const std::vector<std::int64_t> shape = s.flat ? std::vector<std::int64_t>{s.columns}
                                                   : std::vector<std::int64_t>{s.channels, s.rows, s.columns};
    return {average("mean", shape, 0.0), average("scale", shape, 1.0)};
  }
  double smallest_deviation() const override { return epsilon_; }

  void forward(const LayerPass& pass, ConstPlanes x, Planes y) const override {
    kernels::scale_forward(x, pass.averages, pass.averages + input().size(), y);
  }
  void backward_input(const LayerPass&, ConstPlanes, ConstPlanes, ConstPlanes, bool, Planes) const override {
    // On an input, nobody asks.
  }

 private:
  double epsilon_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const StandardizeConfig& config, const Shape& input) {
  return std::make_unique<Standardize>(config, input);
}

}  // namespace jetrain

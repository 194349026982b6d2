#include <cmath>

#include "jetrain/core/random.hpp"
#include "jetrain/kernels/activation.hpp"
#include "layers.hpp"

namespace jetrain {
namespace {

/// In training, each value is 0 with probability `rate`, else divided by 1 - rate; otherwise y = x
/// (Srivastava et al., JMLR 15 (2014) 1929). What is dropped is a function of (seed, epoch, the sample's
/// position in the epoch, layer).
class Dropout final : public Layer {
 public:
  Dropout(const DropoutConfig& config, const Shape& input)
      : Layer("dropout", input, input),
        threshold_(static_cast<std::uint64_t>(std::llround(config.rate * 0x1p32))),
        scale_(static_cast<float>(1.0 / (1.0 - config.rate))) {}

  std::int64_t kept_floats() const override { return input().size() * kLanes; }

  void forward(const LayerPass& pass, ConstPlanes x, Planes y) const override {
    if (!pass.leaf.training) return kernels::copy(x, y);
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      constexpr std::uint64_t kLayers = 4096;
      const auto position = static_cast<std::uint64_t>(pass.leaf.first_position + lane);
      RandomStream stream(pass.leaf.seed, Purpose::dropout, pass.leaf.epoch,
                          position * kLayers + pass.number);
      for (std::int64_t i = 0; i < input().size(); ++i)
        pass.kept[i * kLanes + lane] = stream.next_bits() < threshold_ ? 0.0F : scale_;
    }
    kernels::multiply(x, factors(pass), y);
  }
  void backward_input(const LayerPass& pass, ConstPlanes, ConstPlanes, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::multiply(dy, factors(pass), dx);
  }

 private:
  ConstPlanes factors(const LayerPass& pass) const {
    const Shape& s = input();
    return {pass.kept, s.channels, s.rows, s.columns, s.rows * s.columns * kLanes, s.columns * kLanes};
  }

  std::uint64_t threshold_;
  float scale_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const DropoutConfig& config, const Shape& input) {
  return std::make_unique<Dropout>(config, input);
}

}  // namespace jetrain

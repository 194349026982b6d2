#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "kernels/activation.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// In training, each value is 0 with probability `rate`, else divided by 1 - rate; otherwise y = x
/// (Srivastava et al., JMLR 15 (2014) 1929). What is dropped is a function of (seed, epoch, the sample's
/// position in the epoch, layer).
class Dropout final : public Layer {
 public:
  Dropout(const DropoutConfig& config, const Shape& input)
      : Layer(DropoutDescription{}, {input}, input),
        threshold_(std::min(65535U, static_cast<std::uint32_t>(std::lround(config.rate * 0x1p16)))),
        scale_(static_cast<float>(0x1p16 / (0x1p16 - threshold_))) {}

  LayerNeeds needs() const override { return {.kept_floats = output().size() * kLanes}; }

  void forward(const LayerPass& pass, Planes y) const override {
    if (!pass.leaf.training) return kernels::copy(pass.x(), y);
    std::vector<RandomStream> streams;
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      constexpr std::uint64_t kLayers = 4096;
      const auto position = static_cast<std::uint64_t>(pass.leaf.first_position + lane);
      streams.emplace_back(pass.leaf.seed, Purpose::dropout, pass.leaf.epoch,
                           position * kLayers + pass.number);
    }
    // A word of 32 random bits decides over two values of its sample.
    const std::int64_t values = output().size();
    for (std::int64_t i = 0; i < values; i += 2) {
      float* first = pass.kept + i * kLanes;
      float* second = i + 1 < values ? first + kLanes : nullptr;
      for (std::size_t lane = 0; lane < streams.size(); ++lane) {
        const std::uint32_t bits = streams[lane].next_bits();
        first[lane] = (bits & 0xFFFFU) < threshold_ ? 0.0F : scale_;
        if (second != nullptr) second[lane] = bits >> 16 < threshold_ ? 0.0F : scale_;
      }
    }
    kernels::multiply(pass.x(), factors(pass), y);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::multiply(dy, factors(pass), gradients.front().dx);
  }

 private:
  ConstPlanes factors(const LayerPass& pass) const {
    const ImageShape s = output().planes();
    return {pass.kept, s.channels, s.rows, s.columns, s.rows * s.columns * kLanes, s.columns * kLanes};
  }

  std::uint32_t threshold_;  ///< of 2^16: the rate, to the nearest
  float scale_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const DropoutConfig& config, const Shape& input) {
  return std::make_unique<Dropout>(config, input);
}

}  // namespace jetrain

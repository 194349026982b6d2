#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "kernels/activation.hpp"
#include "nn/row_parts.hpp"

namespace jetrain {
namespace {

/// In training, each value is 0 with probability `rate`, else divided by 1 - rate; otherwise y = x
/// (Srivastava et al., JMLR 15 (2014) 1929). What is dropped is a function of (seed, epoch, the sample's
/// position in the epoch, layer).
class DropoutOfLanes final : public Layer {
 public:
  DropoutOfLanes(const DropoutConfig& config, const Shape& input)
      : Layer(DropoutDescription{}, {input}, input),
        threshold_(std::min(65535U, static_cast<std::uint32_t>(std::lround(config.rate * 0x1p16)))),
        scale_(static_cast<float>(0x1p16 / (0x1p16 - threshold_))) {}

  LayerNeeds needs() const override { return {.kept_floats = output().size() * kLanes}; }
  void forward(const LayerPass& pass, Planes y) const override {
    if (!pass.leaf.training) return kernels::copy(pass.x(), y);
    draw(pass);
    kernels::multiply(pass.x(), factors(pass), y);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::multiply(dy, factors(pass), gradients.front().dx);
  }

 private:
  static RandomStream stream_of(const LayerPass& pass, std::int64_t lane) {
    constexpr std::uint64_t kLayers = 4096;
    const auto position = static_cast<std::uint64_t>(pass.leaf.first_position + lane);
    return {pass.leaf.seed, Purpose::dropout, pass.leaf.epoch, position * kLayers + pass.number};
  }
  /// A word of 32 random bits decides over two values of its sample.
  float first_factor(std::uint32_t bits) const { return (bits & 0xFFFFU) < threshold_ ? 0.0F : scale_; }
  float second_factor(std::uint32_t bits) const { return bits >> 16 < threshold_ ? 0.0F : scale_; }

  static ConstPlanes factors(const LayerPass& pass) {
    const ConstPlanes& x = pass.x();
    return {pass.kept, x.channels, x.rows, x.columns, x.rows * x.columns * kLanes, x.columns * kLanes};
  }

  /// Fills pass.kept with each value's factor.
  void draw(const LayerPass& pass) const {
    std::vector<RandomStream> streams;
    for (std::int64_t lane = 0; lane < kLanes; ++lane) streams.push_back(stream_of(pass, lane));
    const std::int64_t values = output().size();
    for (std::int64_t i = 0; i < values; i += 2) {
      float* first = pass.kept + i * kLanes;
      float* second = i + 1 < values ? first + kLanes : nullptr;
      for (std::size_t lane = 0; lane < streams.size(); ++lane) {
        const std::uint32_t bits = streams[lane].next_bits();
        first[lane] = first_factor(bits);
        if (second != nullptr) second[lane] = second_factor(bits);
      }
    }
  }

  std::uint32_t threshold_;  ///< of 2^16: the rate, to the nearest
  float scale_;
};

/// The same of each constituent, channel by channel, with the random numbers of sets
/// (row_kernels/dropout.hpp).
class DropoutOfRows final : public Layer {
 public:
  DropoutOfRows(const DropoutConfig& config, const Shape& input)
      : Layer(DropoutDescription{}, {input}, input), drop_(config.rate, 0) {}

  LeafFloats floats_of(const RowOffsets& sets) const override {
    FloatPieces kept;
    static_cast<void>(drop_.take(kept, sets.rows(), output().size()));
    return {.kept = kept.taken()};
  }
  void forward(const LayerPass& pass, Planes y) const override {
    kernels::copy(pass.x(), y);
    drop_.forward(pass, 0, rows_of(y, output().size()), kept_of(pass));
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    const Planes& dx = gradients.front().dx;
    kernels::copy(dy, dx);
    drop_.again(pass, 0, rows_of(dx, output().size()), kept_of(pass));
  }

 private:
  kernels::KeptBits* kept_of(const LayerPass& pass) const {
    FloatPieces kept(pass.kept);
    return drop_.take(kept, pass.leaf.sets->rows(), output().size());
  }

  RowDropoutPart drop_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const DropoutConfig& config, const Shape& input) {
  if (input.has_rows()) return std::make_unique<DropoutOfRows>(config, input);
  return std::make_unique<DropoutOfLanes>(config, input);
}

}  // namespace jetrain

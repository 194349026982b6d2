#include <cmath>

#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// LAMB (You et al., ICLR 2020, algorithm 2), array by array:
///   m and v as in Adam,  r = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon) + decay w,
///   w <- w - lr |w| / |r| r   (|w| / |r| is 1 where one of them is 0).
class Lamb final : public Optimizer {
 public:
  Lamb(const LambConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)),
        config_(config),
        first_moment_(add_state()),
        second_moment_(add_state()),
        directions_(static_cast<std::size_t>(parameters())) {}

 private:
  void begin_step(double learning_rate) override {
    const auto t = static_cast<double>(steps());
    rate_ = learning_rate;
    first_share_ = static_cast<float>(1.0 / (1.0 - std::pow(config_.beta_1, t)));
    second_share_ = static_cast<float>(1.0 / (1.0 - std::pow(config_.beta_2, t)));
  }
  bool is_layer_wise() const override { return true; }
  SquaredNorms measure(const Block& block) override {
    const auto beta_1 = static_cast<float>(config_.beta_1);
    const auto beta_2 = static_cast<float>(config_.beta_2);
    const auto epsilon = static_cast<float>(config_.epsilon);
    const auto decay = block.decays ? static_cast<float>(config_.weight_decay) : 0.0F;
    float* m = first_moment_ + block.first;
    float* v = second_moment_ + block.first;
    float* r = directions_.data() + block.first;
    SquaredNorms norms;
    for (std::int64_t i = 0; i < block.count; ++i) {
      const float g = block.g[i];
      m[i] += (g - m[i]) * (1.0F - beta_1);
      v[i] += (g * g - v[i]) * (1.0F - beta_2);
      r[i] = m[i] * first_share_ / (std::sqrt(v[i] * second_share_) + epsilon) + decay * block.w[i];
      norms.weights += static_cast<double>(block.w[i]) * block.w[i];
      norms.other += static_cast<double>(r[i]) * r[i];
    }
    return norms;
  }
  double ratio_of(double weights, double direction, bool) const override {
    return weights > 0 && direction > 0 ? weights / direction : 1;
  }
  void update(const Block& block) override {
    const auto rate = static_cast<float>(rate_ * block.ratio);
    const float* r = directions_.data() + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) block.w[i] -= rate * r[i];
  }

  LambConfig config_;
  float* first_moment_;
  float* second_moment_;
  AlignedBuffer<float> directions_;  ///< of the step under way
  double rate_ = 0;
  float first_share_ = 1;
  float second_share_ = 1;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const LambConfig& config, std::vector<ParameterArray> arrays) {
  return std::make_unique<Lamb>(config, std::move(arrays));
}

}  // namespace jetrain

#include <cmath>

#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// Adam (Kingma and Ba, ICLR 2015, the efficient form at the end of section 2, as in Keras):
///   m <- m + (1 - beta_1) (g - m),  v <- v + (1 - beta_2) (g^2 - v),
///   w <- w - lr sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon).
/// AdamW (Loshchilov and Hutter, ICLR 2019): before that, w <- w - lr decay w.
class Adam final : public Optimizer {
 public:
  Adam(const AdamConfig& config, double weight_decay, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)),
        config_(config),
        weight_decay_(weight_decay),
        first_moment_(add_state()),
        second_moment_(add_state()) {}

 private:
  void begin_step(double learning_rate) override {
    const auto t = static_cast<double>(steps());
    step_size_ = static_cast<float>(learning_rate * std::sqrt(1.0 - std::pow(config_.beta_2, t)) /
                                    (1.0 - std::pow(config_.beta_1, t)));
    decay_ = static_cast<float>(learning_rate * weight_decay_);
  }
  void update(const Block& block) override {
    const auto beta_1 = static_cast<float>(config_.beta_1);
    const auto beta_2 = static_cast<float>(config_.beta_2);
    const auto epsilon = static_cast<float>(config_.epsilon);
    const float step_size = step_size_;
    const float decay = block.decays ? decay_ : 0.0F;
    float* m = first_moment_ + block.first;
    float* v = second_moment_ + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) {
      const float g = block.g[i];
      m[i] += (g - m[i]) * (1.0F - beta_1);
      v[i] += (g * g - v[i]) * (1.0F - beta_2);
      const float decayed = block.w[i] - decay * block.w[i];
      block.w[i] = decayed - step_size * m[i] / (std::sqrt(v[i]) + epsilon);
    }
  }

  AdamConfig config_;
  double weight_decay_;
  float* first_moment_;
  float* second_moment_;
  float step_size_ = 0;
  float decay_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const AdamConfig& config, std::vector<ParameterArray> arrays) {
  return std::make_unique<Adam>(config, 0.0, std::move(arrays));
}

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const AdamwConfig& config, std::vector<ParameterArray> arrays) {
  return std::make_unique<Adam>(config, config.weight_decay, std::move(arrays));
}

}  // namespace jetrain

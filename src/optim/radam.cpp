#include <cmath>

#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// RAdam (Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020, algorithm 2):
///   m and v as in Adam,
///   rho_inf = 2 / (1 - beta_2) - 1,  rho = rho_inf - 2 t beta_2^t / (1 - beta_2^t),
///   w <- w - lr r sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)   where rho > 5, with
///   r = sqrt((rho - 4) (rho - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho)), and before that
///   w <- w - lr / (1 - beta_1^t) m.
/// (5 is the authors' program and PyTorch's; the paper's text has 4.) Before the step, w <- w - lr decay w,
/// as in AdamW.
class Radam final : public Optimizer {
 public:
  Radam(const RadamConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)),
        config_(config),
        first_moment_(add_state()),
        second_moment_(add_state()) {}

 private:
  void begin_step(double learning_rate) override {
    const auto t = static_cast<double>(steps());
    const double power = std::pow(config_.beta_2, t);
    const double last = 2.0 / (1.0 - config_.beta_2) - 1.0;
    const double length = last - 2.0 * t * power / (1.0 - power);
    const double rate = learning_rate / (1.0 - std::pow(config_.beta_1, t));
    adapts_ = length > 5.0;
    const double rectified =
        adapts_ ? std::sqrt((length - 4.0) * (length - 2.0) * last / ((last - 4.0) * (last - 2.0) * length))
                : 1.0;
    step_size_ = static_cast<float>(adapts_ ? rate * rectified * std::sqrt(1.0 - power) : rate);
    decay_ = static_cast<float>(learning_rate * config_.weight_decay);
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
    }
    if (adapts_) {
      for (std::int64_t i = 0; i < block.count; ++i) {
        const float decayed = block.w[i] - decay * block.w[i];
        block.w[i] = decayed - step_size * m[i] / (std::sqrt(v[i]) + epsilon);
      }
    } else {
      for (std::int64_t i = 0; i < block.count; ++i) {
        const float decayed = block.w[i] - decay * block.w[i];
        block.w[i] = decayed - step_size * m[i];
      }
    }
  }

  RadamConfig config_;
  float* first_moment_;
  float* second_moment_;
  bool adapts_ = false;
  float step_size_ = 0;
  float decay_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const RadamConfig& config, std::vector<ParameterArray> arrays) {
  return std::make_unique<Radam>(config, std::move(arrays));
}

}  // namespace jetrain

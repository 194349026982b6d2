#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// Lion (Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, arXiv:2302.06675,
/// algorithm 2):
///   c = beta_1 m + (1 - beta_1) g,  w <- w - lr (sign(c) + decay w),  m <- beta_2 m + (1 - beta_2) g,
/// where sign(0) = 0.
class Lion final : public Optimizer {
 public:
  Lion(const LionConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)), config_(config), mean_(add_state()) {}

 private:
  void begin_step(double learning_rate) override {
    rate_ = static_cast<float>(learning_rate);
    decay_ = static_cast<float>(learning_rate * config_.weight_decay);
  }
  void update(const Block& block) override {
    const auto beta_1 = static_cast<float>(config_.beta_1);
    const auto beta_2 = static_cast<float>(config_.beta_2);
    const float rate = rate_;
    const float decay = block.decays ? decay_ : 0.0F;
    float* m = mean_ + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) {
      const float g = block.g[i];
      const float direction = m[i] + (g - m[i]) * (1.0F - beta_1);
      const float step = direction > 0 ? rate : direction < 0 ? -rate : 0.0F;
      block.w[i] -= decay * block.w[i] + step;
      m[i] += (g - m[i]) * (1.0F - beta_2);
    }
  }

  LionConfig config_;
  float* mean_;
  float rate_ = 0;
  float decay_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const LionConfig& config, std::vector<ParameterArray> arrays) {
  return std::make_unique<Lion>(config, std::move(arrays));
}

}  // namespace jetrain

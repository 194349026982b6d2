#include <cmath>

#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// RMSprop (Tieleman and Hinton, Coursera lecture 6e, 2012), as in Keras:
///   s <- rho s + (1 - rho) g^2,  d = lr g / sqrt(s + epsilon),
///   w <- w - d, or with momentum mu:  v <- mu v + d,  w <- w - v.
class Rmsprop final : public Optimizer {
 public:
  Rmsprop(const RmspropConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)),
        rho_(static_cast<float>(config.rho)),
        momentum_(static_cast<float>(config.momentum)),
        epsilon_(static_cast<float>(config.epsilon)),
        squares_(add_state()),
        velocity_(config.momentum > 0 ? add_state() : nullptr) {}

 private:
  void begin_step(double learning_rate) override { rate_ = static_cast<float>(learning_rate); }
  void update(const Block& block) override {
    float* s = squares_ + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) {
      const float g = block.g[i];
      s[i] = rho_ * s[i] + (1.0F - rho_) * g * g;
      float d = rate_ * g / std::sqrt(s[i] + epsilon_);
      if (velocity_ != nullptr) {
        float& v = velocity_[block.first + i];
        v = momentum_ * v + d;
        d = v;
      }
      block.w[i] -= d;
    }
  }

  float rho_;
  float momentum_;
  float epsilon_;
  float* squares_;
  float* velocity_;
  float rate_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const RmspropConfig& config,
                                             std::vector<ParameterArray> arrays) {
  return std::make_unique<Rmsprop>(config, std::move(arrays));
}

}  // namespace jetrain

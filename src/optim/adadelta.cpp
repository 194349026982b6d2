#include <cmath>

#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// Adadelta (Zeiler, arXiv:1212.5701):
///   s <- rho s + (1 - rho) g^2,  d = sqrt(u + epsilon) / sqrt(s + epsilon) g,
///   u <- rho u + (1 - rho) d^2,  w <- w - lr d.
class Adadelta final : public Optimizer {
 public:
  Adadelta(const AdadeltaConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)),
        rho_(static_cast<float>(config.rho)),
        epsilon_(static_cast<float>(config.epsilon)),
        squares_(add_state()),
        updates_(add_state()) {}

 private:
  void begin_step(double learning_rate) override { rate_ = static_cast<float>(learning_rate); }
  void update(const Block& block) override {
    float* s = squares_ + block.first;
    float* u = updates_ + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) {
      const float g = block.g[i];
      s[i] = rho_ * s[i] + (1.0F - rho_) * g * g;
      const float d = std::sqrt(u[i] + epsilon_) / std::sqrt(s[i] + epsilon_) * g;
      u[i] = rho_ * u[i] + (1.0F - rho_) * d * d;
      block.w[i] -= rate_ * d;
    }
  }

  float rho_;
  float epsilon_;
  float* squares_;
  float* updates_;
  float rate_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const AdadeltaConfig& config,
                                             std::vector<ParameterArray> arrays) {
  return std::make_unique<Adadelta>(config, std::move(arrays));
}

}  // namespace jetrain

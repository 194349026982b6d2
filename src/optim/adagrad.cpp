#include <cmath>

#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// Adagrad (Duchi, Hazan and Singer, JMLR 12 (2011) 2121):
///   s <- s + g^2,  w <- w - lr g / sqrt(s + epsilon)   (Keras puts epsilon under the root).
class Adagrad final : public Optimizer {
 public:
  Adagrad(const AdagradConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)),
        epsilon_(static_cast<float>(config.epsilon)),
        sum_(add_state(static_cast<float>(config.initial_accumulator))) {}

 private:
  void begin_step(double learning_rate) override { rate_ = static_cast<float>(learning_rate); }
  void update(const Block& block) override {
    float* s = sum_ + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) {
      s[i] += block.g[i] * block.g[i];
      block.w[i] -= rate_ * block.g[i] / std::sqrt(s[i] + epsilon_);
    }
  }

  float epsilon_;
  float* sum_;
  float rate_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const AdagradConfig& config,
                                             std::vector<ParameterArray> arrays) {
  return std::make_unique<Adagrad>(config, std::move(arrays));
}

}  // namespace jetrain

#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// Without momentum, w <- w - lr g. With momentum mu (Polyak 1964), as in Keras:
///   v <- mu v - lr g,  w <- w + v;
/// Nesterov's (Sutskever et al., ICML 2013):  w <- w + mu v - lr g.
class Sgd final : public Optimizer {
 public:
  Sgd(const SgdConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)),
        momentum_(static_cast<float>(config.momentum)),
        nesterov_(config.nesterov),
        velocity_(config.momentum > 0 ? add_state() : nullptr) {}

 private:
  void begin_step(double learning_rate) override { rate_ = static_cast<float>(learning_rate); }
  void update(const Block& block) override {
    if (velocity_ == nullptr) {
      for (std::int64_t i = 0; i < block.count; ++i) block.w[i] -= rate_ * block.g[i];
      return;
    }
    float* v = velocity_ + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) {
      const float step = rate_ * block.g[i];
      v[i] = momentum_ * v[i] - step;
      block.w[i] += nesterov_ ? momentum_ * v[i] - step : v[i];
    }
  }

  float momentum_;
  bool nesterov_;
  float* velocity_;
  float rate_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const SgdConfig& config, std::vector<ParameterArray> arrays) {
  return std::make_unique<Sgd>(config, std::move(arrays));
}

}  // namespace jetrain

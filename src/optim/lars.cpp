#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

/// LARS (You, Gitman and Ginsburg, arXiv:1708.03888), array by array:
///   ratio = trust |w| / (|g| + decay |w|)   (1 for biases and the like, and where a norm is 0),
///   v <- mu v + lr ratio (g + decay w),  w <- w - v.
class Lars final : public Optimizer {
 public:
  Lars(const LarsConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)), config_(config), velocity_(add_state()) {}

 private:
  void begin_step(double learning_rate) override { rate_ = learning_rate; }
  bool is_layer_wise() const override { return true; }
  SquaredNorms measure(const Block& block) override {
    SquaredNorms norms;
    for (std::int64_t i = 0; i < block.count; ++i) {
      norms.weights += static_cast<double>(block.w[i]) * block.w[i];
      norms.other += static_cast<double>(block.g[i]) * block.g[i];
    }
    return norms;
  }
  double ratio_of(double weights, double gradient, bool decays) const override {
    if (!decays || weights == 0 || gradient == 0) return 1;
    return config_.trust_coefficient * weights / (gradient + config_.weight_decay * weights);
  }
  void update(const Block& block) override {
    const auto momentum = static_cast<float>(config_.momentum);
    const auto decay = block.decays ? static_cast<float>(config_.weight_decay) : 0.0F;
    const auto rate = static_cast<float>(rate_ * block.ratio);
    float* v = velocity_ + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) {
      v[i] = momentum * v[i] + rate * (block.g[i] + decay * block.w[i]);
      block.w[i] -= v[i];
    }
  }

  LarsConfig config_;
  float* velocity_;
  double rate_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const LarsConfig& config, std::vector<ParameterArray> arrays) {
  return std::make_unique<Lars>(config, std::move(arrays));
}

}  // namespace jetrain

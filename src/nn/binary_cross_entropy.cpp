#include <cmath>

#include "nn/losses.hpp"

namespace jetrain {
namespace {

/// From z, with p = 1 / (1 + exp(-z)): loss = max(z, 0) - z t + log(1 + exp(-|z|)), dz = p - t.
class BinaryCrossEntropy final : public Loss {
 public:
  explicit BinaryCrossEntropy(const BinaryCrossEntropyConfig& config)
      : Loss(config.class_weights), smoothing_(config.label_smoothing) {}
  LayerActivation activation() const override { return LayerActivation::sigmoid; }

 private:
  void unweighted(std::int64_t outputs, const float* z, const LeafTargets& targets, float* predictions,
                  double* losses, float* dz) const override {
    const double share = 1.0 / static_cast<double>(outputs);
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      const bool padding = lane >= targets.samples();
      double sum = 0;
      for (std::int64_t o = 0; o < outputs; ++o) {
        const std::int64_t at = o * kLanes + lane;
        const double logit = z[at];
        const double probability = 1.0 / (1.0 + std::exp(-logit));
        const double wanted = padding ? 0 : targets.wanted(outputs, o, lane);
        const double t = wanted * (1.0 - smoothing_) + smoothing_ / 2;
        sum += (logit > 0 ? logit : 0.0) - logit * t + std::log1p(std::exp(-std::abs(logit)));
        predictions[at] = static_cast<float>(probability);
        if (dz != nullptr) dz[at] = padding ? 0.0F : static_cast<float>((probability - t) * share);
      }
      if (!padding) losses[lane] = sum * share;
    }
  }
  void teach(std::int64_t outputs, const float* z, const LeafTargets& targets, double* losses,
             float* dz) const override {
    kernels::teach_sigmoid(outputs, z, targets.teacher, targets.samples(), losses, dz);
  }

  double smoothing_;
};

}  // namespace

template <>
std::unique_ptr<Loss> make_loss_of(const BinaryCrossEntropyConfig& config) {
  return std::make_unique<BinaryCrossEntropy>(config);
}

}  // namespace jetrain

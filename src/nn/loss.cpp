#include "nn/loss.hpp"

#include "nn/losses.hpp"

namespace jetrain {

void Loss::compute(std::int64_t outputs, const float* z, const LeafTargets& targets, bool training,
                   float* predictions, double* losses, float* dz) const {
  unweighted(outputs, z, targets, predictions, losses, dz);
  if (training && targets.teacher.probabilities != nullptr) teach(outputs, z, targets, losses, dz);
  if (!training || (class_weights_.empty() && targets.weights.empty())) return;
  for (std::int64_t lane = 0; lane < targets.samples(); ++lane) {
    const auto sample = static_cast<std::size_t>(lane);
    double weight = targets.weight(sample);
    if (!class_weights_.empty()) weight *= class_weights_[targets.labels[sample]];
    losses[lane] = weight == 0 ? 0 : losses[lane] * weight;
    for (std::int64_t o = 0; o < (dz != nullptr ? outputs : 0); ++o) {
      float& gradient = dz[o * kLanes + lane];
      gradient = weight == 0 ? 0.0F : static_cast<float>(gradient * weight);
    }
  }
}

std::unique_ptr<Loss> make_loss(const LossConfig& config) {
  return std::visit([](const auto& kind) { return make_loss_of(kind); }, config.kind);
}

}  // namespace jetrain

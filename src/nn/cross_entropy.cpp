#include "kernels/activation.hpp"
#include "nn/losses.hpp"

namespace jetrain {
namespace {

class CrossEntropy final : public Loss {
 public:
  explicit CrossEntropy(const CrossEntropyConfig& config)
      : Loss(config.class_weights), smoothing_(config.label_smoothing) {}
  LayerActivation activation() const override { return LayerActivation::softmax; }

 private:
  void unweighted(std::int64_t outputs, const float* z, const LeafTargets& targets, float* predictions,
                  double* losses, float* dz) const override {
    kernels::softmax_cross_entropy(outputs, z, targets.labels.data(), targets.samples(), smoothing_,
                                   predictions, losses, dz);
  }
  void teach(std::int64_t outputs, const float* z, const LeafTargets& targets, double* losses,
             float* dz) const override {
    kernels::teach_softmax(outputs, z, targets.teacher, targets.samples(), losses, dz);
  }

  double smoothing_;
};

}  // namespace

template <>
std::unique_ptr<Loss> make_loss_of(const CrossEntropyConfig& config) {
  return std::make_unique<CrossEntropy>(config);
}

}  // namespace jetrain

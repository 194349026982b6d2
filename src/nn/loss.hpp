#pragma once

/// \file
/// Losses: from a leaf's last activations to each sample's loss, its prediction, and the gradient. A new loss
/// is a struct in config/losses.hpp, its name in LossConfig's list, and a file in src/nn that makes it.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "config/losses.hpp"
#include "config/words.hpp"
#include "kernels/distillation.hpp"
#include "kernels/lanes.hpp"

namespace jetrain {

/// What a leaf's samples should give. `values`, (outputs, lanes), of a regression; null: the labels say it,
/// as one of the classes, or, for a network of one output, as that output.
struct LeafTargets {
  std::span<const std::uint8_t> labels;
  const float* values = nullptr;
  std::span<const float> weights = {};  ///< how much each sample counts in training; empty: all 1
  kernels::Teaching teacher = {};       ///< soft targets that count in training, beside the labels

  double weight(std::size_t sample) const {
    return weights.empty() ? 1.0 : static_cast<double>(weights[sample]);
  }
  std::int64_t samples() const { return std::ssize(labels); }
  /// What output `o` of a lane should be.
  float wanted(std::int64_t outputs, std::int64_t o, std::int64_t lane) const {
    if (values != nullptr) return values[o * kLanes + lane];
    const std::int64_t label = labels[static_cast<std::size_t>(lane)];
    return outputs == 1 ? static_cast<float>(label) : label == o ? 1.0F : 0.0F;
  }
};

class Loss {
 public:
  explicit Loss(std::vector<double> class_weights = {}) : class_weights_(std::move(class_weights)) {}
  virtual ~Loss() = default;

  /// The last layer's activation that the loss computes itself, since one step is more exact; linear: none,
  /// it takes outputs of any activation.
  virtual LayerActivation activation() const = 0;

  /// `z`, `predictions` and `dz`: (outputs, lanes). Losses of the samples; dz (null: not wanted) their
  /// gradients, not divided by the number of samples; 0 in padding lanes. A teacher, samples' weights and
  /// those of classes, which multiply, count in training only; where weights are 0, so are loss and gradient.
  void compute(std::int64_t outputs, const float* z, const LeafTargets& targets, bool training,
               float* predictions, double* losses, float* dz) const;

  const std::vector<double>& class_weights() const { return class_weights_; }

 private:
  virtual void unweighted(std::int64_t outputs, const float* z, const LeafTargets& targets,
                          float* predictions, double* losses, float* dz) const = 0;
  /// Puts the teacher's part into losses and gradients.
  virtual void teach(std::int64_t outputs, const float* z, const LeafTargets& targets, double* losses,
                     float* dz) const = 0;

  std::vector<double> class_weights_;
};

std::unique_ptr<Loss> make_loss(const LossConfig& config);

}  // namespace jetrain

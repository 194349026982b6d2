#pragma once

/// \file
/// A leaf of random samples in front of a network, and the comparison of its gradient with finite
/// differences.

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "kernels/exact_sum.hpp"
#include "nn/model.hpp"

namespace jetrain::test {

/// One leaf of random samples in front of a model.
class LeafOfSamples {
 public:
  LeafOfSamples(const Model& model, std::size_t samples, std::uint32_t seed)
      : model_(model), workspace_(model, true), labels_(samples) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
    const Planes input = workspace_.input();
    for (std::int64_t k = 0; k < input.channels; ++k) {
      for (std::int64_t r = 0; r < input.rows; ++r) {
        for (std::int64_t c = 0; c < input.columns; ++c) {
          for (std::size_t lane = 0; lane < samples; ++lane) input.at(k, r, c)[lane] = uniform(engine);
        }
      }
    }
    const Planes features = workspace_.features();
    for (std::int64_t f = 0; f < features.columns; ++f) {
      for (std::size_t lane = 0; lane < samples; ++lane) features.at(0, 0, f)[lane] = uniform(engine);
    }
    if (model.input().targets > 0) {
      for (float& target : workspace_.targets()) target = uniform(engine);
    }
    for (std::uint8_t& label : labels_) label = static_cast<std::uint8_t>(engine() % 2);
  }

  /// Sum of the losses over the samples.
  double loss() {
    std::vector<double> losses(labels_.size());
    model_.forward(workspace_, targets(), losses.data());
    double sum = 0;
    for (const double loss : losses) sum += loss;
    return sum;
  }

  /// The same in training: dropout drops, batch_norm looks at the leaf, classes have weights.
  double training_loss() {
    std::vector<std::int64_t> ignored(static_cast<std::size_t>(model_.parameter_count()));
    return backward(ignored).loss;
  }

  LeafResult backward(std::vector<std::int64_t>& sums) {
    return model_.forward_backward(workspace_, targets(), {}, kernels::exact_sum_limit(1), sums.data());
  }

  std::vector<double> gradient() {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(model_.parameter_count()));
    EXPECT_EQ(backward(sums).bad_layer, -1);
    std::vector<double> gradient;
    for (const std::int64_t sum : sums) gradient.push_back(kernels::exact_value(sum));
    return gradient;
  }

  LeafWorkspace& workspace() { return workspace_; }

 private:
  LeafTargets targets() {
    return {labels_, model_.input().targets > 0 ? workspace_.targets().data() : nullptr};
  }

  const Model& model_;
  LeafWorkspace workspace_;
  std::vector<std::uint8_t> labels_;
};

/// Biases start at zero; gradients must hold elsewhere, too.
inline void randomize(Model& model, std::uint32_t seed) {
  model.initialize(seed);
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-0.2F, 0.2F);
  for (float& parameter : model.parameters()) parameter += uniform(engine);
}

/// How far `gradient` is from the slope of the loss along one parameter, relative to 1 + |gradient|.
/// Truncation grows with the step, rounding of the float32 network with its inverse, and a ReLU or a maximum
/// that switches inside the step spoils the side on which it does: the best of three steps and of both sides
/// counts.
inline double distance_from_slope(LeafOfSamples& leaf, float& parameter, double gradient) {
  const float before = parameter;
  const double loss = leaf.training_loss();
  double best = std::numeric_limits<double>::infinity();
  for (const float step : {4e-3F, 1e-3F, 3e-4F}) {
    const auto moved_loss = [&](float moved) {
      parameter = moved;
      return leaf.training_loss();
    };
    const double up = moved_loss(before + step);
    const double down = moved_loss(before - step);
    const auto width = static_cast<double>(step);
    for (const double slope : {(up - down) / (2 * width), (up - loss) / width, (loss - down) / width}) {
      best = std::min(best, std::abs(slope - gradient) / (1.0 + std::abs(gradient)));
    }
  }
  parameter = before;
  return best;
}

/// Expects every trainable parameter's gradient to be the slope of the loss, for a full leaf and a short one;
/// returns the largest distance.
inline double expect_gradient_is_slope(Model& model) {
  randomize(model, 5);
  double largest = 0;
  for (const std::size_t samples : {std::size_t{16}, std::size_t{3}}) {
    LeafOfSamples leaf(model, samples, 11);
    const std::vector<double> gradient = leaf.gradient();
    for (std::size_t i = 0; i < static_cast<std::size_t>(model.trainable_count()); ++i) {
      const double distance = distance_from_slope(leaf, model.parameters()[i], gradient[i]);
      EXPECT_LT(distance, 1e-2) << "parameter " << i << ", " << samples << " samples";
      largest = std::max(largest, distance);
    }
  }
  return largest;
}

}  // namespace jetrain::test

#pragma once

/// \file
/// A leaf of random samples in front of a network, and the comparison of its gradient with finite
/// differences.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "kernels/exact_sum.hpp"
#include "nn/model.hpp"

namespace jetrain::test {

/// Sets as jets come: of many constituents, of few, of one, of none.
inline RowOffsets some_sets(std::size_t samples) {
  constexpr std::array<std::int64_t, kLanes> kCounts{7, 1, 0, 12, 3, 2, 5, 9, 4, 19, 1, 6, 8, 2, 0, 11};
  RowOffsets sets;
  for (std::size_t i = 0; i < kCounts.size(); ++i)
    sets.begins[i + 1] = sets.begins[i] + (i < samples ? kCounts[i] : 0);
  return sets;
}

/// Random features, and momenta, angles and pT of jets, in a workspace's inputs; padding is 0.
inline void fill_sets(LeafWorkspace& workspace, std::int64_t channels, std::mt19937& engine) {
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  const auto for_each_row = [](const Planes& planes, const auto& visit) {
    for (std::int64_t r = 0; planes.data != nullptr && r < planes.rows; ++r) {
      std::fill_n(planes.at(0, r, 0), planes.row_stride, 0.0F);
      visit(planes.at(0, r, 0));
    }
  };
  for_each_row(workspace.input(), [&](float* row) {
    for (std::int64_t c = 0; c < channels; ++c) row[c] = 2 * uniform(engine) - 1;
  });
  for_each_row(workspace.input(NetworkInput::momenta), [&](float* row) {
    const float pt = 1 + 20 * uniform(engine);
    const float eta = uniform(engine);
    const float phi = uniform(engine);
    const float values[] = {pt * std::cosh(eta) * 1.001F, pt * std::cos(phi), pt * std::sin(phi),
                            pt * std::sinh(eta)};
    std::copy(std::begin(values), std::end(values), row);
  });
  for_each_row(workspace.input(NetworkInput::angles), [&](float* row) {
    row[0] = uniform(engine);
    row[1] = uniform(engine);
  });
  for_each_row(workspace.input(NetworkInput::pt_fraction), [&](float* row) { row[0] = uniform(engine); });
}

/// One leaf of random samples in front of a model.
class LeafOfSamples {
 public:
  LeafOfSamples(Model& model, std::size_t samples, std::uint32_t seed)
      : model_(model), workspace_(model, true), labels_(samples) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
    if (model.input().shape.has_rows()) {
      workspace_.begin_leaf(some_sets(samples));
      fill_sets(workspace_, model.input().shape.size(), engine);
    }
    const Planes input = model.input().shape.has_rows() ? Planes{} : workspace_.input();
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
    prepare();
    model_.forward(workspace_, targets(), losses.data());
    double sum = 0;
    for (const double loss : losses) sum += loss;
    return sum;
  }

  /// From now on, samples count so in training; as many as there are samples.
  void weigh(std::vector<float> weights) { weights_ = std::move(weights); }

  /// Makes the first labels those of another, shorter leaf.
  void take_labels(const LeafOfSamples& other) {
    std::copy(other.labels_.begin(), other.labels_.end(), labels_.begin());
  }

  /// The same in training: dropout drops, batch_norm looks at the leaf, classes have weights.
  double training_loss() {
    std::vector<std::int64_t> ignored(static_cast<std::size_t>(model_.sum_count()));
    return backward(ignored).loss;
  }

  LeafResult backward(std::vector<std::int64_t>& sums) {
    prepare();
    return model_.forward_backward(workspace_, targets(), {}, kernels::exact_sum_limit(1), sums.data());
  }

  /// By parameter; 0 of frozen ones.
  std::vector<double> gradient() {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(model_.sum_count()));
    EXPECT_EQ(backward(sums).bad_layer, -1);
    std::vector<double> gradient(static_cast<std::size_t>(model_.parameter_count()));
    const double scale = static_cast<double>(model_.gradient_scale());
    for (const ParameterView& view : model_.parameter_views()) {
      for (std::int64_t i = 0; i < (view.frozen ? 0 : view.spec.size()); ++i)
        gradient[static_cast<std::size_t>(view.offset + i)] =
            kernels::exact_value(sums[static_cast<std::size_t>(view.sums + i)]) / scale;
    }
    return gradient;
  }

  LeafWorkspace& workspace() { return workspace_; }

 private:
  LeafTargets targets() {
    return {labels_, model_.input().targets > 0 ? workspace_.targets().data() : nullptr, weights_};
  }

  /// Tests change single parameters.
  void prepare() {
    static_cast<void>(model_.parameters());
    model_.prepare();
  }

  Model& model_;
  LeafWorkspace workspace_;
  std::vector<std::uint8_t> labels_;
  std::vector<float> weights_;  ///< empty: all 1
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

/// Expects every parameter's gradient that is trained to be the slope of the loss, for a full leaf and a
/// short one; returns the largest distance. `weighted`: of samples with weights, also 0 and below.
inline double expect_gradient_is_slope(Model& model, bool weighted = false) {
  randomize(model, 5);
  double largest = 0;
  for (const std::size_t samples : {std::size_t{16}, std::size_t{3}}) {
    LeafOfSamples leaf(model, samples, 11);
    if (weighted) {
      std::vector<float> weights{2.5F, -0.75F, 0.0F};
      weights.resize(samples, 0.3F);
      leaf.weigh(weights);
    }
    const std::vector<double> gradient = leaf.gradient();
    for (const ParameterView& view : model.parameter_views()) {
      if (!view.spec.trainable() || view.frozen) continue;
      for (auto i = static_cast<std::size_t>(view.offset);
           i < static_cast<std::size_t>(view.offset + view.spec.size()); ++i) {
        const double distance = distance_from_slope(leaf, model.parameters()[i], gradient[i]);
        EXPECT_LT(distance, 1e-2) << "parameter " << i << ", " << samples << " samples";
        largest = std::max(largest, distance);
      }
    }
  }
  return largest;
}

}  // namespace jetrain::test

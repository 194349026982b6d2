#pragma once

/// \file
/// The settings of losses: each struct is one kind, with its name in configs, its keys and their meanings.

#include <variant>
#include <vector>

#include "config/rules.hpp"

namespace jetrain {

struct CrossEntropyConfig {
  static constexpr const char* kName = "cross_entropy";
  static constexpr const char* kMeaning = "-log p of the true class; the last layer is a softmax";
  double label_smoothing = 0;
  std::vector<double> class_weights;
  void fields(auto& visit) {
    visit("label_smoothing", label_smoothing,
          "s: the true class counts 1 - s, and all classes s / classes more", rules::fraction());
    visit("class_weights", class_weights, "factor of each class's loss in training; none: all 1",
          rules::all_positive());
  }
};
struct BinaryCrossEntropyConfig {
  static constexpr const char* kName = "binary_cross_entropy";
  static constexpr const char* kMeaning =
      "-t log p - (1 - t) log (1 - p), meaned over the outputs; the last layer is a sigmoid of one unit, or "
      "of one a "
      "class";
  double label_smoothing = 0;
  std::vector<double> class_weights;
  void fields(auto& visit) {
    visit("label_smoothing", label_smoothing, "s: t (1 - s) + s / 2 instead of t", rules::fraction());
    visit("class_weights", class_weights, "factor of each class's loss in training; none: all 1",
          rules::all_positive());
  }
};
struct MeanSquaredErrorConfig {
  static constexpr const char* kName = "mean_squared_error";
  static constexpr const char* kMeaning =
      "(y - t)^2, meaned over the outputs; one output a target, or a class";
};
struct MeanAbsoluteErrorConfig {
  static constexpr const char* kName = "mean_absolute_error";
  static constexpr const char* kMeaning =
      "abs(y - t), meaned over the outputs; one output a target, or a class";
};

struct LossConfig {
  static constexpr const char* kGroup = "Losses";
  std::variant<CrossEntropyConfig, BinaryCrossEntropyConfig, MeanSquaredErrorConfig, MeanAbsoluteErrorConfig>
      kind;
};

}  // namespace jetrain

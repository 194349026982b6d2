#pragma once

/// \file
/// The settings of losses, optimizers and learning-rate schedules: each struct is one kind, with its name in
/// configs and its keys.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "config/rules.hpp"
#include "config/words.hpp"

namespace jetrain {

/// -log p of the true class.
struct CrossEntropyConfig {
  static constexpr const char* kName = "cross_entropy";
  double label_smoothing = 0;         ///< the true class counts 1 - s, and all classes s / classes more
  std::vector<double> class_weights;  ///< factor of each class's loss in training; empty: all 1
  void fields(auto& visit) {
    visit("label_smoothing", label_smoothing, rules::fraction());
    visit("class_weights", class_weights, rules::all_positive());
  }
};
/// -t log p - (1 - t) log (1 - p), meaned over the outputs.
struct BinaryCrossEntropyConfig {
  static constexpr const char* kName = "binary_cross_entropy";
  double label_smoothing = 0;  ///< t (1 - s) + s / 2 instead of t
  std::vector<double> class_weights;
  void fields(auto& visit) {
    visit("label_smoothing", label_smoothing, rules::fraction());
    visit("class_weights", class_weights, rules::all_positive());
  }
};
/// (y - t)^2, meaned over the outputs.
struct MeanSquaredErrorConfig {
  static constexpr const char* kName = "mean_squared_error";
};
/// |y - t|, meaned over the outputs.
struct MeanAbsoluteErrorConfig {
  static constexpr const char* kName = "mean_absolute_error";
};
struct LossConfig {
  std::variant<CrossEntropyConfig, BinaryCrossEntropyConfig, MeanSquaredErrorConfig, MeanAbsoluteErrorConfig>
      kind;
};

struct SgdConfig {
  static constexpr const char* kName = "sgd";
  double learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, rules::positive());
    visit("momentum", momentum, rules::fraction());
    visit("nesterov", nesterov, rules::any());
  }
};
struct AdagradConfig {
  static constexpr const char* kName = "adagrad";
  double learning_rate = 0.001;
  double initial_accumulator = 0.1;
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, rules::positive());
    visit("initial_accumulator", initial_accumulator, rules::at_least(0));
    visit("epsilon", epsilon, rules::positive());
  }
};
struct AdadeltaConfig {
  static constexpr const char* kName = "adadelta";
  double learning_rate = 1.0;
  double rho = 0.95;
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, rules::positive());
    visit("rho", rho, rules::fraction());
    visit("epsilon", epsilon, rules::positive());
  }
};
struct RmspropConfig {
  static constexpr const char* kName = "rmsprop";
  double learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, rules::positive());
    visit("rho", rho, rules::fraction());
    visit("momentum", momentum, rules::fraction());
    visit("epsilon", epsilon, rules::positive());
  }
};
struct AdamConfig {  ///< defaults as in Keras
  static constexpr const char* kName = "adam";
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, rules::positive());
    visit("beta_1", beta_1, rules::fraction());
    visit("beta_2", beta_2, rules::fraction());
    visit("epsilon", epsilon, rules::positive());
  }
};
struct AdamwConfig : AdamConfig {
  static constexpr const char* kName = "adamw";
  double weight_decay = 0.004;  ///< of kernels, as all weight decays here
  void fields(auto& visit) {
    AdamConfig::fields(visit);
    visit("weight_decay", weight_decay, rules::at_least(0));
  }
};
struct LarsConfig {
  static constexpr const char* kName = "lars";
  double learning_rate = 0.1;
  double momentum = 0.9;
  double trust_coefficient = 0.001;
  double weight_decay = 1e-4;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, rules::positive());
    visit("momentum", momentum, rules::fraction());
    visit("trust_coefficient", trust_coefficient, rules::positive());
    visit("weight_decay", weight_decay, rules::at_least(0));
  }
};
struct LambConfig : AdamConfig {
  static constexpr const char* kName = "lamb";
  double weight_decay = 0.01;
  LambConfig() { epsilon = 1e-6; }
  void fields(auto& visit) {
    AdamConfig::fields(visit);
    visit("weight_decay", weight_decay, rules::at_least(0));
  }
};
struct OptimizerConfig {
  std::variant<AdamConfig, SgdConfig, AdagradConfig, AdadeltaConfig, RmspropConfig, AdamwConfig, LarsConfig,
               LambConfig>
      kind;
};

// The learning rate over the epochs, as a factor of the optimizer's.
struct ConstantSchedule {
  static constexpr const char* kName = "constant";
};
/// factor^floor(epochs done / every_epochs)
struct StepSchedule {
  static constexpr const char* kName = "step";
  std::int64_t every_epochs = 10;
  double factor = 0.1;
  void fields(auto& visit) {
    visit("every_epochs", every_epochs, rules::at_least(1));
    visit("factor", factor, rules::positive());
  }
};
/// factor^(epochs done), step by step
struct ExponentialSchedule {
  static constexpr const char* kName = "exponential";
  double factor = 0.9;
  void fields(auto& visit) { visit("factor", factor, rules::positive()); }
};
/// From 1 to `final` along half a cosine over all epochs (Loshchilov and Hutter, ICLR 2017, one cycle).
struct CosineSchedule {
  static constexpr const char* kName = "cosine";
  double final_factor = 0;
  void fields(auto& visit) { visit("final_factor", final_factor, rules::fraction()); }
};
/// Multiplied by `factor` after each `patience` epochs in a row without improvement of `monitor`.
struct PlateauSchedule {
  static constexpr const char* kName = "reduce_on_plateau";
  Monitor monitor = Monitor::val_loss;
  double factor = 0.1;
  std::int64_t patience = 10;
  double min_delta = 1e-4;
  double min_factor = 0;
  void fields(auto& visit) {
    visit("monitor", monitor, rules::any());
    visit("factor", factor, rules::fraction());
    visit("patience", patience, rules::at_least(1));
    visit("min_delta", min_delta, rules::at_least(0));
    visit("min_factor", min_factor, rules::fraction());
  }
};
struct ScheduleConfig {
  std::variant<ConstantSchedule, StepSchedule, ExponentialSchedule, CosineSchedule, PlateauSchedule> kind;
};

/// The learning rate rises linearly over the first epochs (Goyal et al., arXiv:1706.02677).
struct WarmupConfig {
  double epochs = 0;
  double start_factor = 0;
  void fields(auto& visit) {
    visit("epochs", epochs, rules::at_least(0));
    visit("start_factor", start_factor, rules::fraction());
  }
};

/// Of the whole gradient, 0: not. By value first: every component to [-value, value]; then, where its norm is
/// larger than `norm`, to that norm (Pascanu, Mikolov and Bengio, ICML 2013).
struct ClipConfig {
  double value = 0;
  double norm = 0;
  void fields(auto& visit) {
    visit("value", value, rules::at_least(0));
    visit("norm", norm, rules::at_least(0));
  }
};

/// Exponential moving average of the weights, a <- decay a + (1 - decay) w after each step (Polyak and
/// Juditsky 1992); it, not w, is validated and kept.
struct AverageConfig {
  double decay = 0;  ///< 0: none
  void fields(auto& visit) { visit("decay", decay, rules::fraction()); }
};

}  // namespace jetrain

#pragma once

/// \file
/// The settings of optimizers: each struct is one kind, with its name in configs, its keys and their
/// meanings. Forms and defaults are Keras', of LARS and LAMB the papers'; equations stand in src/optim.

#include <variant>

#include "config/rules.hpp"

namespace jetrain {

struct SgdConfig {
  static constexpr const char* kName = "sgd";
  static constexpr const char* kMeaning = "steps against the gradient, with momentum where it is given";
  double learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, "length of a step", rules::positive());
    visit("momentum", momentum, "share of the last step that is kept", rules::fraction());
    visit("nesterov", nesterov, "momentum in Nesterov's form");
  }
};
struct AdagradConfig {
  static constexpr const char* kName = "adagrad";
  static constexpr const char* kMeaning = "steps divided by the root of the sum of squared gradients";
  double learning_rate = 0.001;
  double initial_accumulator = 0.1;
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, "length of a step", rules::positive());
    visit("initial_accumulator", initial_accumulator, "what the sum starts from", rules::at_least(0));
    visit("epsilon", epsilon, "keeps from dividing by 0", rules::positive());
  }
};
struct AdadeltaConfig {
  static constexpr const char* kName = "adadelta";
  static constexpr const char* kMeaning =
      "steps by the ratio of the running roots of squared steps and gradients";
  double learning_rate = 1.0;
  double rho = 0.95;
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, "factor of a step", rules::positive());
    visit("rho", rho, "decay of the running averages", rules::fraction());
    visit("epsilon", epsilon, "keeps from dividing by 0", rules::positive());
  }
};
struct RmspropConfig {
  static constexpr const char* kName = "rmsprop";
  static constexpr const char* kMeaning = "steps divided by the running root of squared gradients";
  double learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, "length of a step", rules::positive());
    visit("rho", rho, "decay of the running average", rules::fraction());
    visit("momentum", momentum, "share of the last step that is kept", rules::fraction());
    visit("epsilon", epsilon, "keeps from dividing by 0", rules::positive());
  }
};
struct AdamConfig {
  static constexpr const char* kName = "adam";
  static constexpr const char* kMeaning =
      "steps along the gradient's running mean, divided by its running root";
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, "length of a step", rules::positive());
    visit("beta_1", beta_1, "decay of the mean", rules::fraction());
    visit("beta_2", beta_2, "decay of the squares", rules::fraction());
    visit("epsilon", epsilon, "keeps from dividing by 0", rules::positive());
  }
};
struct AdamwConfig : AdamConfig {
  static constexpr const char* kName = "adamw";
  static constexpr const char* kMeaning = "adam, and a decay of the weights beside the gradient";
  double weight_decay = 0.004;
  void fields(auto& visit) {
    AdamConfig::fields(visit);
    visit("weight_decay", weight_decay, "of kernels alone: biases, norms and tokens are spared",
          rules::at_least(0));
  }
};
struct LarsConfig {
  static constexpr const char* kName = "lars";
  static constexpr const char* kMeaning =
      "sgd whose step is scaled, array by array, to the norm of the weights";
  double learning_rate = 0.1;
  double momentum = 0.9;
  double trust_coefficient = 0.001;
  double weight_decay = 1e-4;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, "length of a step", rules::positive());
    visit("momentum", momentum, "share of the last step that is kept", rules::fraction());
    visit("trust_coefficient", trust_coefficient, "of the ratio of the norms of weights and gradient",
          rules::positive());
    visit("weight_decay", weight_decay, "of kernels alone: biases, norms and tokens are spared",
          rules::at_least(0));
  }
};
struct LambConfig : AdamConfig {
  static constexpr const char* kName = "lamb";
  static constexpr const char* kMeaning =
      "adamw whose step is scaled, array by array, to the norm of the weights";
  double weight_decay = 0.01;
  LambConfig() { epsilon = 1e-6; }
  void fields(auto& visit) {
    AdamConfig::fields(visit);
    visit("weight_decay", weight_decay, "of kernels alone: biases, norms and tokens are spared",
          rules::at_least(0));
  }
};

struct OptimizerConfig {
  static constexpr const char* kGroup = "Optimizers";
  std::variant<AdamConfig, SgdConfig, AdagradConfig, AdadeltaConfig, RmspropConfig, AdamwConfig, LarsConfig,
               LambConfig>
      kind;
};

}  // namespace jetrain

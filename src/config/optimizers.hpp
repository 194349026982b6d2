#pragma once

/// \file
/// The settings of optimizers: each struct is one kind, with its name in configs, its keys and their
/// meanings. Forms and defaults are Keras', of LARS, LAMB, RAdam, Lion and Muon their authors'; equations
/// stand in src/optim.

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

struct RadamConfig : AdamConfig {
  static constexpr const char* kName = "radam";
  static constexpr const char* kMeaning =
      "adamw whose first steps are held back while the running root is uncertain; with train.lookahead it is "
      "Ranger";
  double weight_decay = 0;
  RadamConfig() { epsilon = 1e-8; }
  void fields(auto& visit) {
    AdamConfig::fields(visit);
    visit("weight_decay", weight_decay, "of kernels alone: biases, norms and tokens are spared",
          rules::at_least(0));
  }
};
struct LionConfig {
  static constexpr const char* kName = "lion";
  static constexpr const char* kMeaning =
      "steps of one length in each weight, by the sign of a running mean (its authors: a third to a tenth of "
      "adamw's rate, and as many times its decay)";
  double learning_rate = 1e-4;
  double beta_1 = 0.9;
  double beta_2 = 0.99;
  double weight_decay = 0;
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, "length of a step", rules::positive());
    visit("beta_1", beta_1, "share of the mean in what the sign is taken of", rules::fraction());
    visit("beta_2", beta_2, "decay of the mean", rules::fraction());
    visit("weight_decay", weight_decay, "of kernels alone: biases, norms and tokens are spared",
          rules::at_least(0));
  }
};
struct MuonConfig {
  static constexpr const char* kName = "muon";
  static constexpr const char* kMeaning =
      "momentum of kernels that are matrices with its singular values brought near 1 (of a convolution: rows "
      "x "
      "columns x channels in, by channels out); all else goes by adam";
  double learning_rate = 0.02;
  double momentum = 0.95;
  bool nesterov = true;
  std::int64_t iterations = 5;
  double weight_decay = 0;
  AdamConfig adam{.learning_rate = 3e-4, .beta_1 = 0.9, .beta_2 = 0.95, .epsilon = 1e-10};
  void fields(auto& visit) {
    visit("learning_rate", learning_rate, "length of a step of matrices", rules::positive());
    visit("momentum", momentum, "decay of their running mean", rules::fraction());
    visit("nesterov", nesterov, "momentum in Nesterov's form");
    visit("iterations", iterations, "of Newton and Schulz", rules::between(1, 20));
    visit("weight_decay", weight_decay, "of kernels alone: biases, norms and tokens are spared",
          rules::at_least(0));
    visit("adam", adam, "of all that is no matrix; its rate follows the same schedule");
  }
};

struct OptimizerConfig {
  static constexpr const char* kGroup = "Optimizers";
  std::variant<AdamConfig, SgdConfig, AdagradConfig, AdadeltaConfig, RmspropConfig, AdamwConfig, LarsConfig,
               LambConfig, RadamConfig, LionConfig, MuonConfig>
      kind;
};

/// Around any optimizer (optim/lookahead.hpp).
struct LookaheadConfig {
  std::int64_t every_steps = 0;
  double share = 0.5;
  void fields(auto& visit) {
    visit("every_steps", every_steps,
          "after so many steps slow weights go a share of the way to the optimizer's, which then go on from "
          "them (Zhang et al., NeurIPS 2019; Ranger: 6); 0: not",
          rules::at_least(0));
    visit("share", share, "of that way", rules::share());
  }
};

}  // namespace jetrain

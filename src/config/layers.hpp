#pragma once

/// \file
/// The layers' settings: each struct is one kind, with its name in configs and its keys. A new layer is a
/// struct here, its name in LayerConfig's list, and a file in src/nn that makes it.

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "config/rules.hpp"
#include "config/words.hpp"

namespace jetrain {

// How kernels start. fan_in and fan_out: products that an output sums, and outputs that an input reaches.
struct DefaultInitializer {  ///< what model.initializer says
  static constexpr const char* kName = "default";
};
struct AutoInitializer {  ///< he_uniform before relu, leaky_relu, elu and gelu; else glorot_uniform
  static constexpr const char* kName = "auto";
};
struct ZerosInitializer {
  static constexpr const char* kName = "zeros";
};
struct ConstantInitializer {
  static constexpr const char* kName = "constant";
  double value = 0;
  void fields(auto& visit) { visit("value", value, rules::any()); }
};
struct NormalInitializer {
  static constexpr const char* kName = "normal";
  double mean = 0;
  double stddev = 0.05;
  void fields(auto& visit) {
    visit("mean", mean, rules::any());
    visit("stddev", stddev, rules::at_least(0));
  }
};
/// Variance 2 / (fan_in + fan_out): Glorot and Bengio, AISTATS 2010. Uniform: in [-l, l], l^2 three times the
/// variance; normal: cut at two deviations, as in Keras.
struct GlorotUniformInitializer {
  static constexpr const char* kName = "glorot_uniform";
};
struct GlorotNormalInitializer {
  static constexpr const char* kName = "glorot_normal";
};
/// Variance 2 / fan_in: He et al., ICCV 2015.
struct HeUniformInitializer {
  static constexpr const char* kName = "he_uniform";
};
struct HeNormalInitializer {
  static constexpr const char* kName = "he_normal";
};
/// Variance 1 / fan_in: LeCun et al., "Efficient backprop", 1998.
struct LecunUniformInitializer {
  static constexpr const char* kName = "lecun_uniform";
};
struct LecunNormalInitializer {
  static constexpr const char* kName = "lecun_normal";
};
using InitializerKinds =
    std::variant<AutoInitializer, DefaultInitializer, ZerosInitializer, ConstantInitializer,
                 NormalInitializer, GlorotUniformInitializer, GlorotNormalInitializer, HeUniformInitializer,
                 HeNormalInitializer, LecunUniformInitializer, LecunNormalInitializer>;
struct InitializerConfig {
  InitializerKinds kind;
};

/// Adds l1 sum |w| + l2 sum w^2 over the kernel to the loss (both: elastic net, Zou and Hastie 2005).
struct RegularizerConfig {
  double l1 = 0;
  double l2 = 0;
  void fields(auto& visit) {
    visit("l1", l1, rules::at_least(0));
    visit("l2", l2, rules::at_least(0));
  }
};

struct Conv2dConfig {
  static constexpr const char* kName = "conv2d";
  std::int64_t filters = 0;
  std::array<std::int64_t, 2> kernel{0, 0};  ///< rows, columns
  std::int64_t stride = 1;
  std::int64_t groups = 1;  ///< of channels; inputs of one group reach its outputs only
  Padding padding = Padding::valid;
  LayerActivation activation = LayerActivation::linear;
  InitializerConfig initializer{DefaultInitializer{}};
  InitializerConfig bias_initializer{ZerosInitializer{}};
  RegularizerConfig regularizer{};
  void fields(auto& visit) {
    visit("filters", filters, rules::between(1, rules::kLargestLayer));
    visit("kernel", kernel, rules::both_between(1, rules::kLargestKernel));
    visit("stride", stride, rules::between(1, rules::kLargestKernel));
    visit("groups", groups, rules::between(1, rules::kLargestLayer));
    visit("padding", padding, rules::any());
    visit("activation", activation, rules::any());
    visit("initializer", initializer, rules::any());
    visit("bias_initializer", bias_initializer, rules::any());
    visit("regularizer", regularizer, rules::any());
  }
};

struct PoolConfig {
  std::int64_t size = 2;
  std::int64_t stride = 0;  ///< 0: as large as size
  Padding padding = Padding::valid;
  void fields(auto& visit) {
    visit("size", size, rules::between(1, rules::kLargestKernel));
    visit("stride", stride, rules::between(0, rules::kLargestKernel));
    visit("padding", padding, rules::any());
  }
};
struct MaxPool2dConfig : PoolConfig {
  static constexpr const char* kName = "max_pool2d";
};
struct AvgPool2dConfig : PoolConfig {
  static constexpr const char* kName = "avg_pool2d";
};
struct GlobalAvgPool2dConfig {
  static constexpr const char* kName = "global_avg_pool2d";
};

struct FlattenConfig {
  static constexpr const char* kName = "flatten";
};

struct DenseConfig {
  static constexpr const char* kName = "dense";
  std::int64_t units = 0;
  LayerActivation activation = LayerActivation::linear;
  InitializerConfig initializer{DefaultInitializer{}};
  InitializerConfig bias_initializer{ZerosInitializer{}};
  RegularizerConfig regularizer{};
  void fields(auto& visit) {
    visit("units", units, rules::between(1, rules::kLargestLayer));
    visit("activation", activation, rules::any());
    visit("initializer", initializer, rules::any());
    visit("bias_initializer", bias_initializer, rules::any());
    visit("regularizer", regularizer, rules::any());
  }
};

struct DropoutConfig {
  static constexpr const char* kName = "dropout";
  double rate = 0.5;
  void fields(auto& visit) { visit("rate", rate, rules::fraction()); }
};

struct LayerNormConfig {
  static constexpr const char* kName = "layer_norm";
  double epsilon = 1e-3;
  void fields(auto& visit) { visit("epsilon", epsilon, rules::positive()); }
};
struct GroupNormConfig {
  static constexpr const char* kName = "group_norm";
  std::int64_t groups = 8;
  double epsilon = 1e-3;
  void fields(auto& visit) {
    visit("groups", groups, rules::between(1, rules::kLargestLayer));
    visit("epsilon", epsilon, rules::positive());
  }
};
struct BatchNormConfig {
  static constexpr const char* kName = "batch_norm";
  double momentum = 0.99;  ///< of the running averages
  double epsilon = 1e-3;
  void fields(auto& visit) {
    visit("momentum", momentum, rules::fraction());
    visit("epsilon", epsilon, rules::positive());
  }
};
/// Only on an input: (x - mean) / deviation of the training set, value by value.
struct StandardizeConfig {
  static constexpr const char* kName = "standardize";
  double epsilon = 1e-7;  ///< the smallest deviation that is divided by
  void fields(auto& visit) { visit("epsilon", epsilon, rules::positive()); }
};

struct LinearConfig {  ///< y = x
  static constexpr const char* kName = "linear";
};
struct ReluConfig {
  static constexpr const char* kName = "relu";
};
struct LeakyReluConfig {
  static constexpr const char* kName = "leaky_relu";
  double alpha = 0.3;
  void fields(auto& visit) { visit("alpha", alpha, rules::at_least(0)); }
};
struct EluConfig {
  static constexpr const char* kName = "elu";
  double alpha = 1.0;
  void fields(auto& visit) { visit("alpha", alpha, rules::at_least(0)); }
};
struct GeluConfig {
  static constexpr const char* kName = "gelu";
};
struct TanhConfig {
  static constexpr const char* kName = "tanh";
};
struct SigmoidConfig {
  static constexpr const char* kName = "sigmoid";
};
struct SoftmaxConfig {
  static constexpr const char* kName = "softmax";
};

struct LayerConfig;

/// activation(layers(x) + shortcut(x)): He et al., "Deep residual learning", CVPR 2016. `auto`: x itself
/// where the shapes are equal, else a 1x1 convolution (dense layer, for vectors) that makes them so.
struct ResidualConfig {
  static constexpr const char* kName = "residual";
  std::vector<LayerConfig> layers;
  Shortcut shortcut = Shortcut::automatic;
  LayerActivation activation = LayerActivation::relu;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("layers", layers, rules::any());
    visit("shortcut", shortcut, rules::any());
    visit("activation", activation, rules::any());
  }
};

/// Joins the high-level features, after `layers` of their own, to the vector that arrives here.
struct FeaturesConfig {
  static constexpr const char* kName = "features";
  std::vector<LayerConfig> layers;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("layers", layers, rules::any());
  }
};

using LayerKinds =
    std::variant<Conv2dConfig, MaxPool2dConfig, AvgPool2dConfig, GlobalAvgPool2dConfig, FlattenConfig,
                 DenseConfig, DropoutConfig, LayerNormConfig, GroupNormConfig, BatchNormConfig,
                 StandardizeConfig, ResidualConfig, FeaturesConfig, LinearConfig, ReluConfig, LeakyReluConfig,
                 EluConfig, GeluConfig, TanhConfig, SigmoidConfig, SoftmaxConfig>;

struct LayerConfig {
  LayerKinds kind;
};

}  // namespace jetrain

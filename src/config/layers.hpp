#pragma once

/// \file
/// The layers' settings: each struct is one kind, with its name in configs, its keys and their meanings. A
/// new layer is a struct here (of sets alone: config/set_layers.hpp, config/attention_layers.hpp) and in
/// LayerKinds' list, a file in src/nn that makes it, and nn/layer_description.hpp.

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "config/attention_layers.hpp"
#include "config/initializers.hpp"
#include "config/rules.hpp"
#include "config/set_layers.hpp"
#include "config/words.hpp"

namespace jetrain {

struct Conv2dConfig {
  static constexpr const char* kName = "conv2d";
  static constexpr const char* kMeaning = "convolution over the rows and columns of an image";
  std::int64_t filters = 0;
  std::array<std::int64_t, 2> kernel{0, 0};
  std::int64_t stride = 1;
  std::int64_t groups = 1;
  Padding padding = Padding::valid;
  LayerActivation activation = LayerActivation::linear;
  bool use_bias = true;
  InitializerConfig initializer{DefaultInitializer{}};
  InitializerConfig bias_initializer{ZerosInitializer{}};
  RegularizerConfig regularizer{};
  void fields(auto& visit) {
    visit("filters", filters, "channels of the output", rules::between(1, rules::kLargestLayer));
    visit("kernel", kernel, "size of the window", rules::both_between(1, rules::kLargestKernel));
    visit("stride", stride, "pixels from window to window", rules::between(1, rules::kLargestKernel));
    visit("groups", groups, "of channels; inputs of one group reach its outputs only",
          rules::between(1, rules::kLargestLayer));
    visit("padding", padding, "at the border");
    visit("activation", activation, "after it");
    visit("use_bias", use_bias, "adds a bias to each output");
    visit("initializer", initializer, "of the kernel");
    visit("bias_initializer", bias_initializer, "of the bias");
    visit("regularizer", regularizer, "of the kernel, added to the model's");
  }
};

struct PoolConfig {
  std::int64_t size = 2;
  std::int64_t stride = 0;
  Padding padding = Padding::valid;
  void fields(auto& visit) {
    visit("size", size, "rows and columns of the window", rules::between(1, rules::kLargestKernel));
    visit("stride", stride, "pixels from window to window; 0: as large as size",
          rules::between(0, rules::kLargestKernel));
    visit("padding", padding, "at the border");
  }
};
struct MaxPool2dConfig : PoolConfig {
  static constexpr const char* kName = "max_pool2d";
  static constexpr const char* kMeaning = "the largest pixel of each window";
};
struct AvgPool2dConfig : PoolConfig {
  static constexpr const char* kName = "avg_pool2d";
  static constexpr const char* kMeaning = "the mean of each window";
};
struct GlobalAvgPool2dConfig {
  static constexpr const char* kName = "global_avg_pool2d";
  static constexpr const char* kMeaning = "the mean of each channel: from an image to a vector";
};

struct FlattenConfig {
  static constexpr const char* kName = "flatten";
  static constexpr const char* kMeaning = "all values of an image as a vector";
};

struct DenseConfig {
  static constexpr const char* kName = "dense";
  static constexpr const char* kMeaning = "every output from every input";
  std::int64_t units = 0;
  LayerActivation activation = LayerActivation::linear;
  bool use_bias = true;
  InitializerConfig initializer{DefaultInitializer{}};
  InitializerConfig bias_initializer{ZerosInitializer{}};
  RegularizerConfig regularizer{};
  void fields(auto& visit) {
    visit("units", units, "outputs", rules::between(1, rules::kLargestLayer));
    visit("activation", activation, "after it");
    visit("use_bias", use_bias, "adds a bias to each output");
    visit("initializer", initializer, "of the kernel");
    visit("bias_initializer", bias_initializer, "of the bias");
    visit("regularizer", regularizer, "of the kernel, added to the model's");
  }
};

struct DropoutConfig {
  static constexpr const char* kName = "dropout";
  static constexpr const char* kMeaning =
      "in training, random values become 0, and the others larger by as much";
  double rate = 0.5;
  void fields(auto& visit) { visit("rate", rate, "share that becomes 0", rules::fraction()); }
};

struct LayerNormConfig {
  static constexpr const char* kName = "layer_norm";
  static constexpr const char* kMeaning =
      "mean 0 and variance 1 over all values of a jet (in sets: of a constituent), then a scale and a shift";
  double epsilon = 1e-3;
  void fields(auto& visit) { visit("epsilon", epsilon, "added to the variance", rules::positive()); }
};
struct GroupNormConfig {
  static constexpr const char* kName = "group_norm";
  static constexpr const char* kMeaning = "the same over the channels of a group and all pixels of a jet";
  std::int64_t groups = 8;
  double epsilon = 1e-3;
  void fields(auto& visit) {
    visit("groups", groups, "of channels", rules::between(1, rules::kLargestLayer));
    visit("epsilon", epsilon, "added to the variance", rules::positive());
  }
};
struct BatchNormConfig {
  static constexpr const char* kName = "batch_norm";
  static constexpr const char* kMeaning =
      "the same for each channel over the 16 jets of a leaf (in sets: over all their constituents; ghost "
      "batch normalisation, Hoffer et al. 2017), so that no leaf waits for another; a short last leaf uses "
      "the jets that it has; running averages, by exact sums, serve validation";
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool wide_range = false;  ///< averages of numbers of any size: of networks of sets; not a setting
  void fields(auto& visit) {
    visit("momentum", momentum, "of the running averages", rules::fraction());
    visit("epsilon", epsilon, "added to the variance", rules::positive());
  }
};
struct StandardizeConfig {
  static constexpr const char* kName = "standardize";
  static constexpr const char* kMeaning =
      "on an input only: subtracts the training set's mean and divides by its deviation, value by value (in "
      "sets: channel by channel), measured exactly and stored in the model";
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("epsilon", epsilon, "the smallest deviation that is divided by", rules::positive());
  }
};

struct LayerConfig;

/// activation(layers(x) + shortcut(x)): He et al., "Deep residual learning", CVPR 2016.
struct ResidualConfig {
  static constexpr const char* kName = "residual";
  static constexpr const char* kMeaning =
      "layers whose output is added to their input (He et al., CVPR 2016)";
  std::vector<LayerConfig> layers;
  Shortcut shortcut = Shortcut::automatic;
  LayerActivation activation = LayerActivation::relu;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("layers", layers, "one or more");
    visit("shortcut", shortcut, "what is added to their output");
    visit("activation", activation, "of the sum");
  }
};

struct FeaturesConfig {
  static constexpr const char* kName = "features";
  static constexpr const char* kMeaning = "joins data.high_level's features to the vector that arrives here";
  std::vector<LayerConfig> layers;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("layers", layers, "of the features alone, before they are joined");
  }
};

// Activations as layers, or as `activation:` of another.
struct LinearConfig {
  static constexpr const char* kName = "linear";
  static constexpr const char* kMeaning = "y = x";
};
struct ReluConfig {
  static constexpr const char* kName = "relu";
  static constexpr const char* kMeaning = "max(x, 0)";
};
struct LeakyReluConfig {
  static constexpr const char* kName = "leaky_relu";
  static constexpr const char* kMeaning = "x, below 0 alpha x";
  double alpha = 0.3;
  void fields(auto& visit) { visit("alpha", alpha, "slope below 0", rules::at_least(0)); }
};
struct EluConfig {
  static constexpr const char* kName = "elu";
  static constexpr const char* kMeaning = "x, below 0 alpha (e^x - 1)";
  double alpha = 1.0;
  void fields(auto& visit) {
    visit("alpha", alpha, "what it goes to far below 0, negated", rules::at_least(0));
  }
};
struct GeluConfig {
  static constexpr const char* kName = "gelu";
  static constexpr const char* kMeaning = "x times the normal distribution's share below x";
};
struct TanhConfig {
  static constexpr const char* kName = "tanh";
  static constexpr const char* kMeaning = "from -1 to 1";
};
struct SigmoidConfig {
  static constexpr const char* kName = "sigmoid";
  static constexpr const char* kMeaning = "1 / (1 + e^-x)";
};
struct SoftmaxConfig {
  static constexpr const char* kName = "softmax";
  static constexpr const char* kMeaning = "probabilities of the classes; stands last only";
};

using LayerKinds =
    std::variant<Conv2dConfig, MaxPool2dConfig, AvgPool2dConfig, GlobalAvgPool2dConfig, SumPoolConfig,
                 MeanPoolConfig, MaxPoolConfig, FlattenConfig, DenseConfig, DropoutConfig, LayerNormConfig,
                 RmsNormConfig, GroupNormConfig, BatchNormConfig, StandardizeConfig, EdgeConvConfig,
                 PairsConfig, AttentionConfig, ClassAttentionConfig, LorentzBlocksConfig, ResidualConfig,
                 FeaturesConfig, LinearConfig, ReluConfig, LeakyReluConfig, EluConfig, GeluConfig, TanhConfig,
                 SigmoidConfig, SoftmaxConfig>;

struct LayerConfig {
  static constexpr const char* kGroup = "Layers";
  LayerKinds kind;
};

}  // namespace jetrain

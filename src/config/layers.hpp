#pragma once

/// \file
/// The layers' settings: each struct is one kind, with its name in configs, its keys and their meanings. A
/// new layer is a struct here and in LayerConfig's list, a file in src/nn that makes it, and
/// nn/layer_description.hpp.

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "config/initializers.hpp"
#include "config/rules.hpp"
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

/// What a pool over constituents weighs them with.
enum class PoolWeight { none, pt_fraction };
constexpr Word word_of(PoolWeight weight) {
  switch (weight) {
    case PoolWeight::none:
      return {"none", "each counts once"};
    case PoolWeight::pt_fraction:
      return {"pt_fraction", "each counts by its share of the sum of pT (energy flow networks)"};
  }
  return {};
}

// From a set of constituents to a vector.
struct SumPoolConfig {
  static constexpr const char* kName = "sum_pool";
  static constexpr const char* kMeaning = "the sum over a jet's constituents: from a set to a vector";
  PoolWeight weight = PoolWeight::none;
  void fields(auto& visit) { visit("weight", weight, "of each constituent"); }
};
struct MeanPoolConfig {
  static constexpr const char* kName = "mean_pool";
  static constexpr const char* kMeaning = "the mean over a jet's constituents: from a set to a vector";
  PoolWeight weight = PoolWeight::none;
  void fields(auto& visit) { visit("weight", weight, "of each constituent"); }
};
struct MaxPoolConfig {
  static constexpr const char* kName = "max_pool";
  static constexpr const char* kMeaning =
      "the largest value among a jet's constituents: from a set to a vector";
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
  InitializerConfig initializer{DefaultInitializer{}};
  InitializerConfig bias_initializer{ZerosInitializer{}};
  RegularizerConfig regularizer{};
  void fields(auto& visit) {
    visit("units", units, "outputs", rules::between(1, rules::kLargestLayer));
    visit("activation", activation, "after it");
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
struct RmsNormConfig {
  static constexpr const char* kName = "rms_norm";
  static constexpr const char* kMeaning =
      "in sets, each constituent divided by the root of its mean square, then a scale (Zhang and Sennrich "
      "2019)";
  double epsilon = 1e-6;
  void fields(auto& visit) { visit("epsilon", epsilon, "added to the mean square", rules::positive()); }
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
      "batch "
      "normalisation, Hoffer et al. 2017), "
      "so that "
      "no leaf waits for another; a short last leaf uses the jets that it has; running averages, by exact "
      "sums, "
      "serve validation";
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
      "sets: channel by channel), "
      "measured "
      "exactly and stored in the model";
  double epsilon = 1e-7;
  void fields(auto& visit) {
    visit("epsilon", epsilon, "the smallest deviation that is divided by", rules::positive());
  }
};

/// Wang et al., "Dynamic graph CNN", ACM TOG 2019, as Qu and Gouskos, Phys. Rev. D 101 (2020) 056019, have
/// it.
struct EdgeConvConfig {
  static constexpr const char* kName = "edge_conv";
  static constexpr const char* kMeaning =
      "a block of ParticleNet (Qu and Gouskos 2020): for each constituent i and each j of its nearest "
      "neighbours, [x_i, x_j - x_i] goes through dense layers without bias, each with batch_norm over all "
      "edges of a leaf and relu; then the mean over the neighbours, and a shortcut";
  std::int64_t neighbours = 16;
  std::vector<std::int64_t> units{64, 64, 64};
  EdgeDistance distance = EdgeDistance::features;
  EdgePool pool = EdgePool::mean;
  bool shortcut = true;
  LayerActivation activation = LayerActivation::relu;
  double momentum = 0.9;
  double epsilon = 1e-5;
  InitializerConfig initializer{DefaultInitializer{}};
  RegularizerConfig regularizer{};
  void fields(auto& visit) {
    visit("neighbours", neighbours, "of a constituent, without itself; all others where they are fewer",
          rules::between(1, 1024));
    visit("units", units, "of the dense layers", rules::some_between(1, rules::kLargestLayer));
    visit("distance", distance, "that is small to neighbours");
    visit("pool", pool, "of a constituent's edges; of none it is 0");
    visit("shortcut", shortcut,
          "adds the constituent itself to it; where channels differ, by a dense layer without bias and "
          "batch_norm");
    visit("activation", activation, "after it");
    visit("momentum", momentum, "of the running averages", rules::fraction());
    visit("epsilon", epsilon, "added to variances", rules::positive());
    visit("initializer", initializer, "of the kernels");
    visit("regularizer", regularizer, "of the kernels, added to the model's");
  }
};

// Attention over the constituents of a jet.
struct PairsConfig {
  static constexpr const char* kName = "pairs";
  static constexpr const char* kMeaning =
      "what pairs of constituents are to each other (ln kT, ln z, ln Delta, ln m^2; Qu, Li and Qian 2022), "
      "through "
      "dense layers with batch_norm and gelu, as a bias of attention layers further on, which name it; what "
      "stands before it goes on unchanged";
  std::string name = "pairs";
  std::vector<std::int64_t> units{64, 64, 64};
  double momentum = 0.9;
  double epsilon = 1e-5;
  std::int64_t heads = 0;  ///< of the attention layers that name it; not a setting
  void fields(auto& visit) {
    visit("name", name, "by which attention layers ask for it");
    visit("units", units, "of the dense layers; one more, to the heads, follows",
          rules::some_between(1, rules::kLargestLayer));
    visit("momentum", momentum, "of the running averages", rules::fraction());
    visit("epsilon", epsilon, "added to variances", rules::positive());
  }
};
struct AttentionConfig {
  static constexpr const char* kName = "attention";
  static constexpr const char* kMeaning =
      "a block of self-attention over a jet's constituents and a dense network behind it, as the Particle "
      "Transformer has it (Qu, Li and Qian 2022); without head_scale, residual_scale and inner_norms a plain "
      "block with norms before";
  std::string bias;
  std::int64_t heads = 8;
  std::int64_t hidden = 0;
  double dropout = 0.1;
  bool head_scale = true;
  bool residual_scale = true;
  bool inner_norms = true;
  double epsilon = 1e-5;
  std::int64_t depth = 1;  ///< which attention block of the network it is, from 1; not a setting
  void fields(auto& visit) {
    visit("bias", bias, "name of the pairs layer whose numbers are added to the logits; empty: none");
    visit("heads", heads, "that share the channels", rules::between(1, 255));
    visit("hidden", hidden, "units of the dense network; 0: four times the channels",
          rules::between(0, rules::kLargestLayer));
    visit("dropout", dropout, "share of attention weights, and of values, that becomes 0", rules::fraction());
    visit("head_scale", head_scale, "a learnt number for each head's output");
    visit("residual_scale", residual_scale, "a learnt number for each channel of the second residual");
    visit("inner_norms", inner_norms, "layer_norm also behind the attention and inside the dense network");
    visit("epsilon", epsilon, "added to variances", rules::positive());
  }
};

struct ClassAttentionConfig {
  static constexpr const char* kName = "class_attention";
  static constexpr const char* kMeaning =
      "a block of attention in which a token asks, and it and a jet's constituents answer: from a set to a "
      "vector, the token. The first one learns the token that it begins with; one on a vector takes that, "
      "and "
      "the same set (Touvron et al., ICCV 2021; no dropout, no bias)";
  std::int64_t heads = 8;
  std::int64_t hidden = 0;
  bool head_scale = true;
  bool residual_scale = true;
  bool inner_norms = true;
  double epsilon = 1e-5;
  std::int64_t depth = 1;  ///< which of them it is, from 1; not a setting
  void fields(auto& visit) {
    visit("heads", heads, "that share the channels", rules::between(1, 255));
    visit("hidden", hidden, "units of the dense network; 0: four times the channels",
          rules::between(0, rules::kLargestLayer));
    visit("head_scale", head_scale, "a learnt number for each head's output");
    visit("residual_scale", residual_scale, "a learnt number for each channel of the second residual");
    visit("inner_norms", inner_norms, "layer_norm also behind the attention and inside the dense network");
    visit("epsilon", epsilon, "added to variances", rules::positive());
  }
};
struct LorentzBlocksConfig {
  static constexpr const char* kName = "lorentz_blocks";
  static constexpr const char* kMeaning =
      "LorentzNet's blocks (Gong et al., JHEP 07 (2022) 030) on the constituents' momenta: each "
      "constituent's "
      "invariants, from psi(m^2) on, take messages from all others, and the momenta move; stands first, and "
      "looks at no features";
  std::int64_t blocks = 6;
  std::int64_t units = 72;
  bool beams = false;
  double step = 5e-3;
  double momentum = 0.9;
  double epsilon = 1e-5;
  void fields(auto& visit) {
    visit("blocks", blocks, "one after the other", rules::between(1, 100));
    visit("units", units, "invariants of each constituent, and width of all networks inside",
          rules::between(1, rules::kLargestLayer));
    visit(
        "beams", beams,
        "two more particles in each jet, of mass 1 GeV, along the beam both ways: they show its pT and axis, "
        "which invariants of its constituents do not tell; without them the second input scalar, which marks "
        "them, is always 0");
    visit("step", step, "of the momenta in each block but the last, times the mean of the messages",
          rules::positive());
    visit("momentum", momentum, "of the running averages", rules::fraction());
    visit("epsilon", epsilon, "added to variances", rules::positive());
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

#pragma once

/// \file
/// Settings of layers that stand on sets of constituents only, as config/layers.hpp says; attention is in
/// config/attention_layers.hpp.

#include <cstdint>
#include <vector>

#include "config/initializers.hpp"
#include "config/rules.hpp"
#include "config/words.hpp"

namespace jetrain {

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

struct WeightedPoolConfig {
  PoolWeight weight = PoolWeight::none;
  void fields(auto& visit) { visit("weight", weight, "of each constituent"); }
};
struct SumPoolConfig : WeightedPoolConfig {
  static constexpr const char* kName = "sum_pool";
  static constexpr const char* kMeaning = "the sum over a jet's constituents: from a set to a vector";
};
struct MeanPoolConfig : WeightedPoolConfig {
  static constexpr const char* kName = "mean_pool";
  static constexpr const char* kMeaning = "the mean over a jet's constituents: from a set to a vector";
};
struct MaxPoolConfig {
  static constexpr const char* kName = "max_pool";
  static constexpr const char* kMeaning =
      "the largest value among a jet's constituents: from a set to a vector";
};

struct RmsNormConfig {
  static constexpr const char* kName = "rms_norm";
  static constexpr const char* kMeaning =
      "in sets, each constituent divided by the root of its mean square, then a scale (Zhang and Sennrich "
      "2019)";
  double epsilon = 1e-6;
  void fields(auto& visit) { visit("epsilon", epsilon, "added to the mean square", rules::positive()); }
};

/// Of the batch norms inside a layer.
struct InnerBatchNormConfig {
  double momentum = 0.9;
  double epsilon = 1e-5;
  void norm_fields(auto& visit) {
    visit("momentum", momentum, "of the running averages", rules::fraction());
    visit("epsilon", epsilon, "added to variances", rules::positive());
  }
};

/// By what the neighbours of an edge convolution are the nearest.
enum class EdgeDistance { angles, features };
constexpr Word word_of(EdgeDistance distance) {
  switch (distance) {
    case EdgeDistance::angles:
      return {"angles", "in eta and phi, as they are before any layer"};
    case EdgeDistance::features:
      return {"features", "in all channels of the layer's input"};
  }
  return {};
}

/// What becomes of a constituent's edges.
enum class EdgePool { mean, max };
constexpr Word word_of(EdgePool pool) {
  switch (pool) {
    case EdgePool::mean:
      return {"mean", "their mean"};
    case EdgePool::max:
      return {"max", "channel by channel the largest value"};
  }
  return {};
}

/// Wang et al., "Dynamic graph CNN", ACM TOG 2019, as Qu and Gouskos, Phys. Rev. D 101 (2020) 056019, have
/// it.
struct EdgeConvConfig : InnerBatchNormConfig {
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
    norm_fields(visit);
    visit("initializer", initializer, "of the kernels");
    visit("regularizer", regularizer, "of the kernels, added to the model's");
  }
};

struct LorentzBlocksConfig : InnerBatchNormConfig {
  static constexpr const char* kName = "lorentz_blocks";
  static constexpr const char* kMeaning =
      "LorentzNet's blocks (Gong et al., JHEP 07 (2022) 030) on the constituents' momenta: each "
      "constituent's invariants, from psi(m^2) on, take messages from all others, and the momenta move; "
      "stands first, and looks at no features";
  std::int64_t blocks = 6;
  std::int64_t units = 72;
  bool beams = false;
  double step = 5e-3;
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
    norm_fields(visit);
  }
};

}  // namespace jetrain

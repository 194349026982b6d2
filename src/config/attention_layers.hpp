#pragma once

/// \file
/// Settings of attention over the constituents of a jet, layers as config/layers.hpp says.

#include <cstdint>
#include <string>
#include <vector>

#include "config/rules.hpp"
#include "config/set_layers.hpp"

namespace jetrain {

struct PairsConfig : InnerBatchNormConfig {
  static constexpr const char* kName = "pairs";
  static constexpr const char* kMeaning =
      "what pairs of constituents are to each other (ln kT, ln z, ln Delta, ln m^2; Qu, Li and Qian 2022), "
      "through dense layers with batch_norm and gelu, as a bias of attention layers further on, which name "
      "it; what stands before it goes on unchanged";
  std::string name = "pairs";
  std::vector<std::int64_t> units{64, 64, 64};
  std::int64_t heads = 0;  ///< of the attention layers that name it; not a setting
  void fields(auto& visit) {
    visit("name", name, "by which attention layers ask for it");
    visit("units", units, "of the dense layers; one more, to the heads, follows",
          rules::some_between(1, rules::kLargestLayer));
    norm_fields(visit);
  }
};

/// What a block of attention and the dense network behind it have, whoever asks in it.
struct AttentionBlockConfig {
  std::int64_t heads = 8;
  std::int64_t hidden = 0;
  bool head_scale = true;
  bool residual_scale = true;
  bool inner_norms = true;
  double epsilon = 1e-5;
  std::int64_t depth = 1;  ///< which block of its kind in the network it is, from 1; not a setting
  void size_fields(auto& visit) {
    visit("heads", heads, "that share the channels", rules::between(1, 255));
    visit("hidden", hidden, "units of the dense network; 0: four times the channels",
          rules::between(0, rules::kLargestLayer));
  }
  void form_fields(auto& visit) {
    visit("head_scale", head_scale, "a learnt number for each head's output");
    visit("residual_scale", residual_scale, "a learnt number for each channel of the second residual");
    visit("inner_norms", inner_norms, "layer_norm also behind the attention and inside the dense network");
    visit("epsilon", epsilon, "added to variances", rules::positive());
  }
};
struct AttentionConfig : AttentionBlockConfig {
  static constexpr const char* kName = "attention";
  static constexpr const char* kMeaning =
      "a block of self-attention over a jet's constituents and a dense network behind it, as the Particle "
      "Transformer has it (Qu, Li and Qian 2022); without head_scale, residual_scale and inner_norms a plain "
      "block with norms before";
  std::string bias;
  double dropout = 0.1;
  void fields(auto& visit) {
    visit("bias", bias, "name of the pairs layer whose numbers are added to the logits; empty: none");
    size_fields(visit);
    visit("dropout", dropout, "share of attention weights, and of values, that becomes 0", rules::fraction());
    form_fields(visit);
  }
};
struct ClassAttentionConfig : AttentionBlockConfig {
  static constexpr const char* kName = "class_attention";
  static constexpr const char* kMeaning =
      "a block of attention in which a token asks, and it and a jet's constituents answer: from a set to a "
      "vector, the token. The first one learns the token that it begins with; one on a vector takes that, "
      "and the same set (Touvron et al., ICCV 2021; no dropout, no bias)";
  void fields(auto& visit) {
    size_fields(visit);
    form_fields(visit);
  }
};

}  // namespace jetrain

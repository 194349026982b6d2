#pragma once

/// \file
/// Layers on sets of constituents in ONNX's operators. Tensors are padded: (N, P, channels), of pairs
/// (N, P, P, channels). Each gives the name of its last tensor, which is the layer's.

#include <string>

#include "exchange/onnx_layer.hpp"

namespace jetrain {

std::string dense_of_sets(const OnnxLayer& layer);
std::string batch_norm_of_sets(const OnnxLayer& layer, float epsilon);
std::string layer_norm_of_sets(const OnnxLayer& layer, float epsilon);
std::string rms_norm_of_sets(const OnnxLayer& layer, float epsilon);

std::string sum_pool_of_sets(const OnnxLayer& layer);
std::string mean_pool_of_sets(const OnnxLayer& layer);
std::string max_pool_of_sets(const OnnxLayer& layer);

std::string edge_conv_of_sets(const OnnxLayer& layer, const EdgeConvDescription& kind);
std::string pairs_of_sets(const OnnxLayer& layer, float epsilon);
std::string attention_of_sets(const OnnxLayer& layer, const AttentionDescription& kind);
std::string lorentz_blocks_of_sets(const OnnxLayer& layer, const LorentzBlocksDescription& kind);
std::string class_attention_of_sets(const OnnxLayer& layer, const ClassAttentionDescription& kind);

}  // namespace jetrain

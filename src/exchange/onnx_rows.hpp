#pragma once

/// \file
/// What layers of sets are made of, on the last axis of tensors, their channels, however many axes stand
/// before it.

#include "exchange/onnx_layer.hpp"

namespace jetrain {

/// What stands around the names of a part's parameters in the layer: qkv_kernel, gamma_1.
struct PartName {
  std::string prefix = {};
  std::string suffix = {};
  std::string of(const char* parameter) const { return prefix + parameter + suffix; }
};

/// W^T x + b; without a bias where the layer has none.
OnnxTensor product_of(const OnnxLayer& layer, const PartName& part, const OnnxTensor& x);
/// Channels first ... end - 1 of the product's outputs.
OnnxTensor product_of(const OnnxLayer& layer, const PartName& part, const OnnxTensor& x, std::int64_t first,
                      std::int64_t end);
/// Batch normalisation by running averages: a line for each channel.
OnnxTensor line_of(const OnnxLayer& layer, const PartName& part, float epsilon, const OnnxTensor& x);
OnnxTensor layer_norm_of(const OnnxLayer& layer, const PartName& part, float epsilon, const OnnxTensor& x);
OnnxTensor relu_of(const OnnxTensor& x);
OnnxTensor gelu_of(const OnnxTensor& x);
/// Of places (N, P, ...) whether they are two, (P, P).
OnnxTensor are_two(const OnnxTensor& places);
/// A parameter's values, each so many times.
OnnxTensor repeated(const OnnxLayer& layer, OnnxFormula& formula, const std::string& parameter,
                    std::int64_t times);
/// Gives the tensor the layer's name, with the ReLU that is computed with the layer.
std::string finished(const OnnxLayer& layer, const OnnxTensor& y);

}  // namespace jetrain

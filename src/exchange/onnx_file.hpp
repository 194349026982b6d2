#pragma once

/// \file
/// A trained model in the Open Neural Network Exchange format (onnx.ai), for programs that know nothing of
/// jetrain. Such a file is one protobuf message, ModelProto: a graph of named operators, each a node that
/// takes and gives named tensors; constants ("initializers") are tensors with their values; the version of
/// the set of operators ("opset") says what the operators mean.

#include <string>

#include "inference/model_file.hpp"

namespace jetrain {

/// The version of ONNX's operators that the file asks for (ONNX 1.8, 2020), and that of the message itself.
inline constexpr int kOnnxOpset = 13;
inline constexpr int kOnnxIrVersion = 7;

/// The network for inference as the bytes of an .onnx file. Inputs, float32: `image` (N, channels, rows,
/// columns), or `momenta` (N, P, 4: E, px, py, pz, GeV) and `mask` (N, P) of constituents in any order, or,
/// for networks of vectors, and beside the others where the network joins them, `features` (N, F). Output:
/// `scores` (N, outputs), probabilities, or the values of a regression. N and P are any numbers. The metadata
/// holds jetrain's version, the weights' hash, the config, and the preprocessing. UsageError naming the layer
/// where it cannot be said in ONNX.
std::string onnx_bytes(const Config& config, const Model& model);

}  // namespace jetrain

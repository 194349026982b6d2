#pragma once

/// \file
/// What a layer is, in the numbers that its kind and shapes leave open: for those who write it down in
/// another format, name it, or treat its kind in a way of their own. A closed set: a new kind is a struct
/// here and its name in LayerDescription's list, and then fails to compile wherever nobody has said what
/// becomes of it.

#include <array>
#include <cstdint>
#include <variant>

#include "nn/shape.hpp"

namespace jetrain {

/// The windows that a convolution or a pool looks at.
struct Windows {
  std::array<std::int64_t, 2> size{1, 1};  ///< rows, columns
  std::int64_t stride = 1;
  Halo padding{};  ///< around the input
};

struct Conv2dDescription {
  static constexpr const char* kName = "conv2d";
  Windows windows;
  std::int64_t groups = 1;  ///< of channels
};
struct DenseDescription {
  static constexpr const char* kName = "dense";
};
struct MaxPool2dDescription {
  static constexpr const char* kName = "max_pool2d";
  Windows windows;
};
struct AvgPool2dDescription {
  static constexpr const char* kName = "avg_pool2d";
  Windows windows;
};
struct GlobalAvgPool2dDescription {
  static constexpr const char* kName = "global_avg_pool2d";
};
struct SumPoolDescription {
  static constexpr const char* kName = "sum_pool";
};
struct MeanPoolDescription {
  static constexpr const char* kName = "mean_pool";
};
struct MaxPoolDescription {
  static constexpr const char* kName = "max_pool";
};
struct FlattenDescription {
  static constexpr const char* kName = "flatten";
};
struct DropoutDescription {
  static constexpr const char* kName = "dropout";
};
struct LayerNormDescription {
  static constexpr const char* kName = "layer_norm";
  float epsilon = 0;
};
struct RmsNormDescription {
  static constexpr const char* kName = "rms_norm";
  float epsilon = 0;
};
struct GroupNormDescription {
  static constexpr const char* kName = "group_norm";
  std::int64_t groups = 1;
  float epsilon = 0;
};
struct BatchNormDescription {
  static constexpr const char* kName = "batch_norm";
  float epsilon = 0;
};
struct StandardizeDescription {
  static constexpr const char* kName = "standardize";
  double smallest_deviation = 0;  ///< to divide by
};
struct EdgeConvDescription {
  static constexpr const char* kName = "edge_conv";
  std::int64_t neighbours = 0;
  std::int64_t products = 0;  ///< one after another; the first one is over [x_i, x_j - x_i]
  bool by_angles = false;     ///< distances are those of the second input, else of the first
  bool of_maximum = false;    ///< of a row's edges, else their mean
  bool adds_input = false;    ///< to that, as it is
  bool adds_product = false;  ///< of the input, with batch norm
  float epsilon = 0;
};
struct PairsDescription {
  static constexpr const char* kName = "pairs";
  float epsilon = 0;
};
struct AttentionDescription {
  static constexpr const char* kName = "attention";
  std::int64_t heads = 1;
  float epsilon = 0;
};
struct ClassAttentionDescription {
  static constexpr const char* kName = "class_attention";
  std::int64_t heads = 1;
  float epsilon = 0;
};
struct LorentzBlocksDescription {
  static constexpr const char* kName = "lorentz_blocks";
  std::int64_t blocks = 1;
  bool beams = false;  ///< behind the constituents of each jet
  float step = 0;      ///< of the momenta
  float epsilon = 0;
};
struct AddDescription {
  static constexpr const char* kName = "add";
};
struct ConcatenateDescription {
  static constexpr const char* kName = "concatenate";
};
struct LinearDescription {
  static constexpr const char* kName = "linear";
};
struct ReluDescription {
  static constexpr const char* kName = "relu";
};
struct LeakyReluDescription {
  static constexpr const char* kName = "leaky_relu";
  double alpha = 0;
};
struct EluDescription {
  static constexpr const char* kName = "elu";
  double alpha = 0;
};
struct GeluDescription {
  static constexpr const char* kName = "gelu";
};
struct TanhDescription {
  static constexpr const char* kName = "tanh";
};
struct SigmoidDescription {
  static constexpr const char* kName = "sigmoid";
};
struct SoftmaxDescription {
  static constexpr const char* kName = "softmax";
};

using LayerDescription =
    std::variant<Conv2dDescription, DenseDescription, MaxPool2dDescription, AvgPool2dDescription,
                 GlobalAvgPool2dDescription, SumPoolDescription, MeanPoolDescription, MaxPoolDescription,
                 FlattenDescription, DropoutDescription, LayerNormDescription, RmsNormDescription,
                 GroupNormDescription, BatchNormDescription, StandardizeDescription, EdgeConvDescription,
                 PairsDescription, AttentionDescription, ClassAttentionDescription, LorentzBlocksDescription,
                 AddDescription, ConcatenateDescription, LinearDescription, ReluDescription,
                 LeakyReluDescription, EluDescription, GeluDescription, TanhDescription, SigmoidDescription,
                 SoftmaxDescription>;

/// conv2d, dense, ...: what configs call it.
inline const char* kind_name(const LayerDescription& description) {
  return std::visit([](const auto& kind) { return kind.kName; }, description);
}

}  // namespace jetrain

#pragma once

/// \file
/// Formulas as operators of an ONNX graph: an expression of OnnxTensors adds its operators one by one. Shapes
/// follow ONNX's rules, which are numpy's: the shorter one is filled with ones from the left.

#include "exchange/onnx_graph.hpp"

namespace jetrain {

class OnnxFormula;

/// A tensor of a graph, which formulas name by value. Both sides of an operation have one type; a number
/// takes that of the tensor.
struct OnnxTensor {
  OnnxFormula* formula = nullptr;  ///< that operators are added to
  std::string name;
  OnnxType type = OnnxType::float32;
};

/// Where operators get their names from: NAME/OPERATOR_0, NAME/OPERATOR_1, ...
class OnnxFormula {
 public:
  OnnxFormula(OnnxGraph& graph, std::string name) : graph_(graph), name_(std::move(name)) {}
  OnnxFormula(const OnnxFormula&) = delete;

  OnnxTensor tensor(const std::string& name, OnnxType type = OnnxType::float32) { return {this, name, type}; }
  /// A constant without axes.
  OnnxTensor number(double value, OnnxType type);
  OnnxTensor integers(const std::vector<std::int64_t>& values);
  OnnxTensor constant(const std::vector<std::int64_t>& shape, std::span<const float> values);
  /// Of the type of the first tensor, if none is named.
  OnnxTensor apply(const char* op, const std::vector<OnnxTensor>& inputs,
                   const OnnxAttributes& attributes = {});
  OnnxTensor apply_as(OnnxType type, const char* op, const std::vector<OnnxTensor>& inputs,
                      const OnnxAttributes& attributes = {});
  /// The `k` (one integer) largest, or smallest, of the last axis, in order, and where they stood. Of equal
  /// ones, the first comes first.
  struct Ranked {
    OnnxTensor values;
    OnnxTensor indices;
  };
  Ranked top(const OnnxTensor& x, const OnnxTensor& k, bool largest);

 private:
  std::string next(const char* op);

  OnnxGraph& graph_;
  std::string name_;
  int count_ = 0;
};

OnnxTensor operator+(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor operator-(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor operator*(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor operator/(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor operator+(const OnnxTensor& a, double b);
OnnxTensor operator-(const OnnxTensor& a, double b);
OnnxTensor operator*(const OnnxTensor& a, double b);
OnnxTensor operator-(double a, const OnnxTensor& b);
OnnxTensor operator-(const OnnxTensor& a);

OnnxTensor operator>(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor operator>(const OnnxTensor& a, double b);
OnnxTensor operator<(const OnnxTensor& a, double b);
OnnxTensor operator&&(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor operator||(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor equal(const OnnxTensor& a, double b);
OnnxTensor where(const OnnxTensor& condition, const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor where(const OnnxTensor& condition, const OnnxTensor& a, double b);

OnnxTensor smaller_of(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor larger_of(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor larger_of(const OnnxTensor& a, double b);
OnnxTensor absolute(const OnnxTensor& x);
OnnxTensor square_root(const OnnxTensor& x);
OnnxTensor logarithm(const OnnxTensor& x);
OnnxTensor cast(const OnnxTensor& x, OnnxType type);
/// The azimuth of float64 (x, y) in [-pi, pi), 0 for (0, 0), to a float's relative accuracy: runtimes have no
/// other arc tangent.
OnnxTensor angle_of(const OnnxTensor& y, const OnnxTensor& x);

/// Over one axis, which stays with size 1.
OnnxTensor sum_over(const OnnxTensor& x, std::int64_t axis);
OnnxTensor mean_over(const OnnxTensor& x, std::int64_t axis);
OnnxTensor largest_over(const OnnxTensor& x, std::int64_t axis);

OnnxTensor matrix_product(const OnnxTensor& a, const OnnxTensor& b);
OnnxTensor transposed(const OnnxTensor& x, const std::vector<std::int64_t>& axes);
/// 0: as it is; -1: what is left.
OnnxTensor reshaped(const OnnxTensor& x, const std::vector<std::int64_t>& shape);
OnnxTensor with_axis(const OnnxTensor& x, std::int64_t axis);
OnnxTensor without_axis(const OnnxTensor& x, std::int64_t axis);
OnnxTensor joined(const std::vector<OnnxTensor>& parts, std::int64_t axis);
/// One place of an axis, which goes.
OnnxTensor at(const OnnxTensor& x, std::int64_t index, std::int64_t axis);
/// Places first ... end - 1 of an axis.
OnnxTensor part_of(const OnnxTensor& x, std::int64_t first, std::int64_t end, std::int64_t axis);
/// x (N, P, ...) at indices (N, ...): the places of each sample by themselves.
OnnxTensor places_of(const OnnxTensor& x, const OnnxTensor& indices);
/// The size of an axis, one integer.
OnnxTensor size_of(const OnnxTensor& x, std::int64_t axis);

}  // namespace jetrain

#include "exchange/onnx_formula.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace jetrain {
namespace {

OnnxTensor apply(const char* op, const std::vector<OnnxTensor>& inputs,
                 const OnnxAttributes& attributes = {}) {
  return inputs.front().formula->apply(op, inputs, attributes);
}

OnnxTensor like(const OnnxTensor& x, double value) {
  return x.formula->number(value, x.type);
}

OnnxTensor compared(const char* op, const OnnxTensor& a, const OnnxTensor& b) {
  return a.formula->apply_as(OnnxType::boolean, op, {a, b});
}

}  // namespace

std::string OnnxFormula::next(const char* op) {
  return fmt::format("{}/{}_{}", name_, op, count_++);
}

OnnxTensor OnnxFormula::number(double value, OnnxType type) {
  const std::string name = next("number");
  switch (type) {
    case OnnxType::float32: {
      const auto rounded = static_cast<float>(value);
      return tensor(graph_.constant(name, {}, std::span(&rounded, 1)), type);
    }
    case OnnxType::float64:
      return tensor(graph_.constant(name, {}, std::span<const double>(&value, 1)), type);
    case OnnxType::int64: {
      const auto whole = static_cast<std::int64_t>(value);
      return tensor(graph_.constant(name, {}, std::span<const std::int64_t>(&whole, 1)), type);
    }
    case OnnxType::boolean:
      break;
  }
  throw std::logic_error("a number of a formula is no truth value");
}

OnnxTensor OnnxFormula::integers(const std::vector<std::int64_t>& values) {
  return tensor(graph_.constant(next("integers"), values), OnnxType::int64);
}

OnnxTensor OnnxFormula::constant(const std::vector<std::int64_t>& shape, std::span<const float> values) {
  return tensor(graph_.constant(next("constant"), shape, values));
}

OnnxTensor OnnxFormula::apply(const char* op, const std::vector<OnnxTensor>& inputs,
                              const OnnxAttributes& attributes) {
  return apply_as(inputs.front().type, op, inputs, attributes);
}

OnnxTensor OnnxFormula::apply_as(OnnxType type, const char* op, const std::vector<OnnxTensor>& inputs,
                                 const OnnxAttributes& attributes) {
  std::vector<std::string> names;
  for (const OnnxTensor& input : inputs) names.push_back(input.name);
  return tensor(graph_.node(op, next(op), names, attributes), type);
}

OnnxFormula::Ranked OnnxFormula::top(const OnnxTensor& x, const OnnxTensor& k, bool largest) {
  const std::vector<std::string> outputs = graph_.nodes(
      "TopK", next("TopK"), {x.name, k.name}, 2,
      {{"axis", std::int64_t{-1}}, {"largest", std::int64_t{largest}}, {"sorted", std::int64_t{1}}});
  return {tensor(outputs[0], x.type), tensor(outputs[1], OnnxType::int64)};
}

OnnxTensor operator+(const OnnxTensor& a, const OnnxTensor& b) {
  return apply("Add", {a, b});
}
OnnxTensor operator-(const OnnxTensor& a, const OnnxTensor& b) {
  return apply("Sub", {a, b});
}
OnnxTensor operator*(const OnnxTensor& a, const OnnxTensor& b) {
  return apply("Mul", {a, b});
}
OnnxTensor operator/(const OnnxTensor& a, const OnnxTensor& b) {
  return apply("Div", {a, b});
}
OnnxTensor operator+(const OnnxTensor& a, double b) {
  return a + like(a, b);
}
OnnxTensor operator-(const OnnxTensor& a, double b) {
  return a - like(a, b);
}
OnnxTensor operator*(const OnnxTensor& a, double b) {
  return a * like(a, b);
}
OnnxTensor operator-(double a, const OnnxTensor& b) {
  return like(b, a) - b;
}
OnnxTensor operator-(const OnnxTensor& a) {
  return apply("Neg", {a});
}

OnnxTensor operator>(const OnnxTensor& a, const OnnxTensor& b) {
  return compared("Greater", a, b);
}
OnnxTensor operator>(const OnnxTensor& a, double b) {
  return a > like(a, b);
}
OnnxTensor operator<(const OnnxTensor& a, double b) {
  return compared("Less", a, like(a, b));
}
OnnxTensor operator&&(const OnnxTensor& a, const OnnxTensor& b) {
  return compared("And", a, b);
}
OnnxTensor operator||(const OnnxTensor& a, const OnnxTensor& b) {
  return compared("Or", a, b);
}
OnnxTensor equal(const OnnxTensor& a, double b) {
  return compared("Equal", a, like(a, b));
}
OnnxTensor where(const OnnxTensor& condition, const OnnxTensor& a, const OnnxTensor& b) {
  return a.formula->apply_as(a.type, "Where", {condition, a, b});
}
OnnxTensor where(const OnnxTensor& condition, const OnnxTensor& a, double b) {
  return where(condition, a, like(a, b));
}

OnnxTensor smaller_of(const OnnxTensor& a, const OnnxTensor& b) {
  return apply("Min", {a, b});
}
OnnxTensor larger_of(const OnnxTensor& a, const OnnxTensor& b) {
  return apply("Max", {a, b});
}
OnnxTensor larger_of(const OnnxTensor& a, double b) {
  return larger_of(a, like(a, b));
}
OnnxTensor absolute(const OnnxTensor& x) {
  return apply("Abs", {x});
}
OnnxTensor square_root(const OnnxTensor& x) {
  return apply("Sqrt", {x});
}
OnnxTensor logarithm(const OnnxTensor& x) {
  return apply("Log", {x});
}
OnnxTensor cast(const OnnxTensor& x, OnnxType type) {
  if (x.type == type) return x;
  return x.formula->apply_as(type, "Cast", {x}, {{"to", type}});
}

OnnxTensor angle_of(const OnnxTensor& y, const OnnxTensor& x) {
  constexpr double kPi = std::numbers::pi;
  constexpr double kTiny = 1e-300;
  const OnnxTensor ax = absolute(x);
  const OnnxTensor ay = absolute(y);
  const OnnxTensor ratio = smaller_of(ax, ay) / larger_of(larger_of(ax, ay), kTiny);
  const OnnxTensor eighth = cast(apply("Atan", {cast(ratio, OnnxType::float32)}), x.type);
  const OnnxTensor quarter = where(ay > ax, kPi / 2 - eighth, eighth);
  const OnnxTensor half = where(x < 0, kPi - quarter, quarter);
  const OnnxTensor angle = where(y < 0, -half, half);
  return where(angle > std::nextafter(kPi, 0.0), like(angle, -kPi), angle);
}

OnnxTensor sum_over(const OnnxTensor& x, std::int64_t axis) {
  return apply("ReduceSum", {x, x.formula->integers({axis})});
}
OnnxTensor mean_over(const OnnxTensor& x, std::int64_t axis) {
  return apply("ReduceMean", {x}, {{"axes", std::vector{axis}}});
}
OnnxTensor largest_over(const OnnxTensor& x, std::int64_t axis) {
  return apply("ReduceMax", {x}, {{"axes", std::vector{axis}}});
}

OnnxTensor matrix_product(const OnnxTensor& a, const OnnxTensor& b) {
  return apply("MatMul", {a, b});
}
OnnxTensor transposed(const OnnxTensor& x, const std::vector<std::int64_t>& axes) {
  return apply("Transpose", {x}, {{"perm", axes}});
}
OnnxTensor reshaped(const OnnxTensor& x, const std::vector<std::int64_t>& shape) {
  return apply("Reshape", {x, x.formula->integers(shape)});
}
OnnxTensor with_axis(const OnnxTensor& x, std::int64_t axis) {
  return apply("Unsqueeze", {x, x.formula->integers({axis})});
}
OnnxTensor without_axis(const OnnxTensor& x, std::int64_t axis) {
  return apply("Squeeze", {x, x.formula->integers({axis})});
}
OnnxTensor joined(const std::vector<OnnxTensor>& parts, std::int64_t axis) {
  return apply("Concat", parts, {{"axis", axis}});
}
OnnxTensor at(const OnnxTensor& x, std::int64_t index, std::int64_t axis) {
  const OnnxTensor place = x.formula->number(static_cast<double>(index), OnnxType::int64);
  return apply("Gather", {x, place}, {{"axis", axis}});
}
OnnxTensor part_of(const OnnxTensor& x, std::int64_t first, std::int64_t end, std::int64_t axis) {
  OnnxFormula& f = *x.formula;
  return apply("Slice", {x, f.integers({first}), f.integers({end}), f.integers({axis})});
}
OnnxTensor places_of(const OnnxTensor& x, const OnnxTensor& indices) {
  return apply("GatherND", {x, with_axis(indices, -1)}, {{"batch_dims", std::int64_t{1}}});
}
OnnxTensor size_of(const OnnxTensor& x, std::int64_t axis) {
  const OnnxTensor shape = x.formula->apply_as(OnnxType::int64, "Shape", {x});
  return part_of(shape, axis, axis + 1, 0);
}

}  // namespace jetrain

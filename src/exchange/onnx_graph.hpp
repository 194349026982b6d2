#pragma once

/// \file
/// Writes an ONNX graph node by node, and keeps protobuf away from those who say what the nodes are.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace jetrain {

/// The types of tensors in use.
enum class OnnxType { float32, float64, int64, boolean };

/// In a shape: any number of places for constituents, P.
inline constexpr std::int64_t kOnnxPlaces = -1;

using OnnxValue = std::variant<std::int64_t, float, std::vector<std::int64_t>, OnnxType>;
using OnnxAttributes = std::vector<std::pair<const char*, OnnxValue>>;

class OnnxGraph {
 public:
  /// `producer_version`: jetrain's.
  OnnxGraph(int ir_version, int opset, const std::string& producer_version);
  ~OnnxGraph();

  /// A float32 tensor (N, `sample`...) that comes in or goes out. `meaning`: for people; empty: none.
  void input(const std::string& name, std::span<const std::int64_t> sample, const std::string& meaning = "");
  void output(const std::string& name, std::span<const std::int64_t> sample);
  /// What the graph computes, for people.
  void describe(const std::string& text);
  void metadata(const std::string& key, const std::string& value);
  /// Adds a constant; returns its name.
  std::string constant(const std::string& name, const std::vector<std::int64_t>& shape,
                       std::span<const float> values);
  std::string constant(const std::string& name, const std::vector<std::int64_t>& shape,
                       std::span<const double> values);
  std::string constant(const std::string& name, const std::vector<std::int64_t>& shape,
                       std::span<const std::int64_t> integers);
  std::string constant(const std::string& name, const std::vector<std::int64_t>& integers);
  /// Adds an operator whose only output is `name`; returns that.
  std::string node(const char* op, const std::string& name, const std::vector<std::string>& inputs,
                   const OnnxAttributes& attributes = {});
  /// Adds an operator with so many outputs, whose names are returned: `name`/0, `name`/1, ...
  std::vector<std::string> nodes(const char* op, const std::string& name,
                                 const std::vector<std::string>& inputs, int outputs,
                                 const OnnxAttributes& attributes = {});
  /// The message. Operators and constants that no output needs are left out of it.
  std::string bytes() const;

 private:
  struct Message;
  std::unique_ptr<Message> message_;
};

}  // namespace jetrain

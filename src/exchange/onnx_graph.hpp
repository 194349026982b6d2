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

using OnnxValue = std::variant<std::int64_t, float, std::vector<std::int64_t>>;
using OnnxAttributes = std::vector<std::pair<const char*, OnnxValue>>;

class OnnxGraph {
 public:
  /// `producer_version`: jetrain's.
  OnnxGraph(int ir_version, int opset, const std::string& producer_version);
  ~OnnxGraph();

  /// A float32 tensor (N, `sample`...) that comes in or goes out.
  void input(const std::string& name, std::span<const std::int64_t> sample);
  void output(const std::string& name, std::span<const std::int64_t> sample);
  void metadata(const std::string& key, const std::string& value);
  /// Adds a constant; returns its name.
  std::string constant(const std::string& name, const std::vector<std::int64_t>& shape,
                       std::span<const float> values);
  std::string constant(const std::string& name, const std::vector<std::int64_t>& integers);
  /// Adds an operator whose only output is `name`; returns that.
  std::string node(const char* op, const std::string& name, const std::vector<std::string>& inputs,
                   const OnnxAttributes& attributes = {});
  std::string bytes() const;

 private:
  struct Message;
  std::unique_ptr<Message> message_;
};

}  // namespace jetrain

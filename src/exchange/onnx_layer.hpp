#pragma once

#include "exchange/onnx_constituents.hpp"
#include "nn/model.hpp"

namespace jetrain {

/// One layer of a network on its way into a graph: the tensors that come into it, and its parameters as
/// constants.
class OnnxLayer {
 public:
  /// `sets`: null where the network has none.
  OnnxLayer(OnnxGraph& graph, const Model& model, const Node& node, std::vector<std::string> inputs,
            const OnnxConstituents* sets)
      : graph_(graph), model_(model), node_(node), inputs_(std::move(inputs)), sets_(sets) {}

  OnnxGraph& graph() const { return graph_; }
  const Node& node() const { return node_; }
  const std::vector<std::string>& inputs() const { return inputs_; }
  /// Of networks of sets.
  const OnnxConstituents& sets() const { return *sets_; }
  std::string named(const char* part) const { return node_.name + "/" + part; }

  bool has(const std::string& parameter) const { return find(parameter) != nullptr; }
  const ParameterView& view_of(const std::string& parameter) const;
  std::span<const float> values_of(const std::string& parameter) const;
  /// Adds it to the graph as it is; returns its name there.
  std::string parameter(const char* name) const;

 private:
  const ParameterView* find(const std::string& parameter) const;

  OnnxGraph& graph_;
  const Model& model_;
  const Node& node_;
  std::vector<std::string> inputs_;
  const OnnxConstituents* sets_;
};

}  // namespace jetrain

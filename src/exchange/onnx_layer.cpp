#include "exchange/onnx_layer.hpp"

#include <fmt/format.h>

#include "jetrain/error.hpp"

namespace jetrain {

const ParameterView* OnnxLayer::find(const std::string& parameter) const {
  for (const ParameterView& view : model_.parameter_views()) {
    if (view.layer == node_.name && view.spec.name == parameter) return &view;
  }
  return nullptr;
}

const ParameterView& OnnxLayer::view_of(const std::string& parameter) const {
  if (const ParameterView* const view = find(parameter)) return *view;
  throw Error(fmt::format("layer {} has no {}", node_.name, parameter));
}

std::span<const float> OnnxLayer::values_of(const std::string& parameter) const {
  const ParameterView& view = view_of(parameter);
  return model_.parameters().subspan(static_cast<std::size_t>(view.offset),
                                     static_cast<std::size_t>(view.spec.size()));
}

std::string OnnxLayer::parameter(const char* name) const {
  return graph_.constant(named(name), view_of(name).spec.shape, values_of(name));
}

}  // namespace jetrain

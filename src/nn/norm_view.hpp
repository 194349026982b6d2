#pragma once

/// \file
/// What the normalising layers share. To them, the features of a vector are channels of one pixel.

#include "nn/layer.hpp"

namespace jetrain {

inline std::int64_t norm_channels(const Shape& shape) {
  return shape.flat ? shape.columns : shape.channels;
}

template <class T>
BasicPlanes<T> norm_view(BasicPlanes<T> planes, const Shape& shape) {
  if (!shape.flat) return planes;
  return {planes.data, shape.columns, 1, 1, kLanes, kLanes};
}

inline std::vector<ParameterSpec> gamma_and_beta(std::int64_t channels) {
  return {{"gamma", {channels}, 1, 1, {ConstantInitializer{1.0}}}, {"beta", {channels}}};
}

/// An average, which no optimizer touches, that begins at `start`.
inline ParameterSpec average(const char* name, std::vector<std::int64_t> shape, double start) {
  ParameterSpec spec{name, std::move(shape), 1, 1, {ConstantInitializer{start}}};
  spec.trainable = false;
  return spec;
}

}  // namespace jetrain

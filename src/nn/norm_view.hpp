#pragma once

/// \file
/// What the normalising layers of images and vectors share. To them, the features of a vector are channels
/// of one pixel. Those of sets are layers of their own.

#include <stdexcept>

#include "nn/layer.hpp"

namespace jetrain {

inline std::int64_t norm_channels(const Shape& shape) {
  return shape.visit([](const ImageShape& image) { return image.channels; },
                     [](const VectorShape& vector) { return vector.features; },
                     [](const SetShape& set) { return set.channels; },
                     [](const PairsShape& pairs) { return pairs.channels; });
}

template <class T>
BasicPlanes<T> norm_view(BasicPlanes<T> planes, const Shape& shape) {
  return shape.visit(
      [&](const ImageShape&) { return planes; },
      [&](const VectorShape& vector) {
        return BasicPlanes<T>{planes.data, vector.features, 1, 1, kLanes, kLanes};
      },
      [](const SetShape&) -> BasicPlanes<T> { throw std::logic_error("rows have no lanes"); },
      [](const PairsShape&) -> BasicPlanes<T> { throw std::logic_error("rows have no lanes"); });
}

}  // namespace jetrain

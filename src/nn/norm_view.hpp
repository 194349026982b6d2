#pragma once

/// \file
/// What the normalising layers share. To them, the features of a vector are channels of one pixel.

#include "nn/layer.hpp"

namespace jetrain {

inline std::int64_t norm_channels(const Shape& shape) {
  return shape.visit([](const ImageShape& image) { return image.channels; },
                     [](const VectorShape& vector) { return vector.features; });
}

template <class T>
BasicPlanes<T> norm_view(BasicPlanes<T> planes, const Shape& shape) {
  return shape.visit([&](const ImageShape&) { return planes; },
                     [&](const VectorShape& vector) {
                       return BasicPlanes<T>{planes.data, vector.features, 1, 1, kLanes, kLanes};
                     });
}

}  // namespace jetrain

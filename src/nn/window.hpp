#pragma once

/// \file
/// What `valid` and `same` mean for convolutions and pooling, as in TensorFlow.

#include <algorithm>
#include <array>
#include <cstdint>

#include "nn/layer_description.hpp"

namespace jetrain {

/// Windows along one axis.
struct WindowAxis {
  /// `same`: ceil(inputs / stride) windows, the zeros that takes shared out before and after, the odd one
  /// after.
  WindowAxis(std::int64_t inputs, std::int64_t size, std::int64_t stride, bool same)
      : outputs(same            ? (inputs + stride - 1) / stride
                : inputs < size ? 0
                                : (inputs - size) / stride + 1),
        before(same ? std::max<std::int64_t>(0, (outputs - 1) * stride + size - inputs) / 2 : 0),
        after(same ? std::max<std::int64_t>(0, (outputs - 1) * stride + size - inputs) - before : 0) {}
  std::int64_t outputs;
  std::int64_t before;  ///< zeros before the first row
  std::int64_t after;   ///< zeros after the last row
};

inline Windows windows_of(const std::array<std::int64_t, 2>& size, std::int64_t stride,
                          const WindowAxis& rows, const WindowAxis& columns) {
  return {size, stride, {rows.before, rows.after, columns.before, columns.after}};
}

}  // namespace jetrain

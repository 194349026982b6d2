#pragma once

/// \file
/// The layout in which all kernels work: the sample index is innermost, sixteen samples side by side in one
/// vector. A leaf is such a group of sixteen samples; it is computed start to end by one thread. Written with
/// the compilers' vector extensions (GCC, Clang), so one source serves AVX-512, AVX2, SSE and NEON.

#include <cstdint>

#include "core/leaf.hpp"

namespace jetrain {

/// Sixteen floats, one sample each.
using Lanes = float __attribute__((vector_size(64)));

/// A view of a leaf's activations: (channels, rows, columns, lanes), lanes contiguous, 64-byte aligned.
/// Around the rows and columns there may stand a halo of zeros (`same` padding); it belongs to the buffer,
/// not to the view, and nobody writes it. Strides count floats.
template <class T>
struct BasicPlanes {
  T* data = nullptr;  ///< the element (0, 0, 0, 0)
  std::int64_t channels = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t channel_stride = 0;
  std::int64_t row_stride = 0;

  T* at(std::int64_t channel, std::int64_t row, std::int64_t column) const noexcept {
    return data + channel * channel_stride + row * row_stride + column * kLanes;
  }
  operator BasicPlanes<const T>() const noexcept {
    return {data, channels, rows, columns, channel_stride, row_stride};
  }
};
using Planes = BasicPlanes<float>;
using ConstPlanes = BasicPlanes<const float>;

}  // namespace jetrain

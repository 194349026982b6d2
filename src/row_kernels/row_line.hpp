#pragma once

/// \file
/// The arithmetic of a batch norm on one vector of channels, shared by the kernels of rows and of edges
/// (row_batch_norm.hpp).

#include "kernels/multiply_add.hpp"
#include "row_kernels/row_batch_norm.hpp"

namespace jetrain::kernels {

template <bool kRectify>
Vector line_forward(const RowLine& line, std::int64_t at, Vector y) noexcept {
  const Vector value = multiply_add(y, load(line.scale + at), load(line.shift + at));
  return kRectify ? relu(value) : value;
}

/// The gradient before the ReLU: dh where h is above 0.
template <bool kRectify>
Vector line_gradient(const RowLine& line, std::int64_t at, Vector y, Vector dh) noexcept {
  if constexpr (!kRectify) return dh;
  return where_positive(multiply_add(y, load(line.scale + at), load(line.shift + at)), dh);
}

/// The gradient before the norm.
template <bool kRectify>
Vector line_backward(const RowLine& line, const RowLineBack& back, std::int64_t at, Vector y,
                     Vector dh) noexcept {
  const Vector gradient = line_gradient<kRectify>(line, at, y, dh);
  const Vector distance = y - load(line.mean + at);
  const Vector common = multiply_add(distance, load(back.per_value + at), load(back.per_gradient + at));
  return multiply_add(gradient, load(line.scale + at), -common);
}

}  // namespace jetrain::kernels

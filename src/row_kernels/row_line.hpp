#pragma once

/// \file
/// The arithmetic of a batch norm (row_batch_norm.hpp), shared by the kernels of rows and of edges: its
/// numbers for a few vectors of channels, held in registers while rows go by.

#include <type_traits>

#include "kernels/multiply_add.hpp"
#include "row_kernels/row_batch_norm.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels {

template <int kVectors>
struct LineForward {
  Vector scale[kVectors];
  Vector shift[kVectors];

  LineForward(const RowLine& line, std::int64_t at) noexcept {
    for (int i = 0; i < kVectors; ++i) {
      scale[i] = load(line.scale + at + i * kVectorLanes);
      shift[i] = load(line.shift + at + i * kVectorLanes);
    }
  }
  /// h of y.
  template <bool kRectify>
  Vector forward(Vector y, int i) const noexcept {
    const Vector value = multiply_add(y, scale[i], shift[i]);
    return kRectify ? relu(value) : value;
  }
  /// The gradient before the ReLU: dh where h is above 0.
  template <bool kRectify>
  Vector gradient(Vector y, Vector dh, int i) const noexcept {
    return kRectify ? where_positive(multiply_add(y, scale[i], shift[i]), dh) : dh;
  }
};

template <int kVectors>
struct LineBackward : LineForward<kVectors> {
  Vector mean[kVectors];
  Vector per_value[kVectors];
  Vector per_gradient[kVectors];

  LineBackward(const RowLine& line, const RowLineBack& back, std::int64_t at) noexcept
      : LineForward<kVectors>(line, at) {
    for (int i = 0; i < kVectors; ++i) {
      mean[i] = load(line.mean + at + i * kVectorLanes);
      per_value[i] = load(back.per_value + at + i * kVectorLanes);
      per_gradient[i] = load(back.per_gradient + at + i * kVectorLanes);
    }
  }
  /// The gradient before the norm.
  template <bool kRectify>
  Vector backward(Vector y, Vector dh, int i) const noexcept {
    const Vector common = multiply_add(y - mean[i], per_value[i], per_gradient[i]);
    return multiply_add(this->template gradient<kRectify>(y, dh, i), this->scale[i], common);
  }
};

/// Adds to dbeta and dgamma what row_line_sums does, of rows 0 ... rows - 1 of dh, where value(row, at) is
/// the vector before the line.
template <bool kRectify, class Value>
void add_line_sums(std::int64_t rows, ConstRows dh, const RowLine& line, float* dgamma, float* dbeta,
                   const Value& value) {
  sum_over_rows<2>(rows, dh.stride(), {dgamma, dbeta},
                   [=](std::int64_t row, std::int64_t at, std::array<Vector, 2>& pass) {
                     const LineForward<1> channel(line, at);
                     const Vector y = value(row, at);
                     const Vector gradient =
                         channel.template gradient<kRectify>(y, load(dh.row(row) + at), 0);
                     pass[0] = multiply_add(gradient, y - load(line.mean + at), pass[0]);
                     pass[1] += gradient;
                   });
}

/// Vectors of which two, or five, numbers a channel stay in registers.
inline constexpr int kForwardVectors = 4;
inline constexpr int kBackwardVectors = kManyRegisters ? 4 : 2;

/// Calls visit(first, last, at, the number of vectors as a constant) for tiles of `tile_rows` rows and a few
/// vectors, whose channels' numbers are loaded once a tile. Tiles of many rows are for operands that are in
/// the second cache: memory behind it wants to be read as it lies.
template <int kVectors, class Visit>
void for_each_tile(std::int64_t rows, std::int64_t width, std::int64_t tile_rows, const Visit& visit) {
  for (std::int64_t first = 0; first < rows; first += tile_rows) {
    const std::int64_t last = rows - first < tile_rows ? rows : first + tile_rows;
    std::int64_t at = 0;
    for (; width - at >= kVectors * kVectorLanes; at += kVectors * kVectorLanes) {
      visit(first, last, at, std::integral_constant<int, kVectors>{});
    }
    if constexpr (kVectors > 2) {
      for (; width - at >= 2 * kVectorLanes; at += 2 * kVectorLanes) {
        visit(first, last, at, std::integral_constant<int, 2>{});
      }
    }
    for (; at < width; at += kVectorLanes) visit(first, last, at, std::integral_constant<int, 1>{});
  }
}

}  // namespace jetrain::kernels

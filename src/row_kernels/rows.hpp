#pragma once

/// \file
/// The layout in which the kernels of sets work: a row a constituent (an edge, a pair), its channels side by
/// side. A leaf's sixteen sets stand one behind the other (row_offsets.hpp), so there is no padding between
/// them; a row's channels are filled up to whole vectors of sixteen.

#include <cstdint>

#include "core/leaf.hpp"

namespace jetrain {

/// Channels with their padding: floats from row to row.
constexpr std::int64_t padded_channels(std::int64_t channels) noexcept {
  return (channels + kLanes - 1) / kLanes * kLanes;
}

/// A view of a matrix (rows, channels), row-major, 64-byte aligned, without gaps between rows but for the
/// padding. What stands in padding is finite wherever the channels are, and nobody counts it.
template <class T>
struct BasicRows {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t channels = 0;

  std::int64_t stride() const noexcept { return padded_channels(channels); }
  T* row(std::int64_t r) const noexcept { return data + r * stride(); }
  operator BasicRows<const T>() const noexcept { return {data, rows, channels}; }
};
using Rows = BasicRows<float>;
using ConstRows = BasicRows<const float>;

}  // namespace jetrain

#pragma once

/// \file
/// Arrays one after another in a byte string, for the codecs of parts. Widest first, so that each is aligned.

#include <cstddef>
#include <cstring>
#include <span>

#include "core/checked_cast.hpp"

namespace jetrain {

/// Packed parts begin on such borders.
inline std::size_t packed_length(std::size_t bytes) {
  return ceil_divide(bytes, std::size_t{16}) * 16;
}

template <class T>
void put(std::byte*& to, std::span<const T> values) {
  if (!values.empty()) std::memcpy(to, values.data(), values.size_bytes());
  to += values.size_bytes();
}

template <class T>
void put(std::byte*& to, const T& value) {
  put(to, std::span<const T>(&value, 1));
}

}  // namespace jetrain

#pragma once

#include <stdexcept>
#include <utility>

namespace jetrain {

/// Converts between integer types and refuses what does not fit. 64-bit sizes meet MPI's `int` only here.
template <class To, class From>
constexpr To checked_cast(From value) {
  if (!std::in_range<To>(value))
    throw std::overflow_error("a size does not fit the integer type it is passed as");
  return static_cast<To>(value);
}

/// ceil(a / b) for non-negative a and positive b.
constexpr auto ceil_divide(auto a, auto b) {
  return (a + b - 1) / b;
}

}  // namespace jetrain

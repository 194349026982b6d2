#pragma once

namespace jetrain {

/// The polynomial of x with these coefficients, that of the highest power first, by Horner's rule. (Compilers
/// would not vectorise around a loop.)
template <class... Coefficients>
inline double double_polynomial(double x, double first, Coefficients... others) noexcept {
  double sum = first;
  ((sum = sum * x + others), ...);
  return sum;
}

}  // namespace jetrain

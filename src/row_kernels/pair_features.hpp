#pragma once

/// \file
/// What two constituents of a jet are to each other (Dreyer and Qu, arXiv:2012.08526; Qu, Li and Qian,
/// arXiv:2202.03772): with Delta^2 = (y_i - y_j)^2 + (phi_i - phi_j)^2, rapidity y = ln((E + pz) / (E - pz))
/// / 2 and the difference of phi in [-pi, pi),
///
///     ln kT = ln(min(pT_i, pT_j) Delta)         ln z = ln(min(pT_i, pT_j) / (pT_i + pT_j))
///     ln Delta                                  ln m^2 of the sum of both momenta
///
/// in double precision, rounded once. What a logarithm is taken of is at least 1e-8, and so are pT, E + pz
/// and E - pz; m^2 = m_i^2 + m_j^2 + 2 (E_i E_j - px_i px_j - py_i py_j - pz_i pz_j), m^2 = E^2 - p^2.

#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

inline constexpr std::int64_t kPairFeatures = 4;

/// momenta: (n, 4: E, px, py, pz), GeV, of one jet; pairs: (n (n - 1) / 2, 4), the pair (i, j), i > j, in row
/// i (i - 1) / 2 + j, its padding 0.
void pair_features(ConstRows momenta, Rows pairs);

namespace reference {
void pair_features(ConstRows momenta, Rows pairs);
}  // namespace reference

}  // namespace jetrain::kernels

#pragma once

/// \file
/// What two constituents of a jet are to each other for LorentzNet (Gong et al., JHEP 07 (2022) 030): with
/// <p, q> = E_p E_q - px qx - py qy - pz qz and |p|^2 = <p, p>,
///
///     psi(|x_i - x_j|^2) and psi(<x_i, x_j>),    psi(t) = sign(t) ln(1 + |t|)
///
/// in double precision, since the terms of a small <p, q> are large, and rounded once. Where t is no finite
/// number psi is NaN.
///
/// A row of x, (rows, 8), is a momentum as it came in (E, px, py, pz, GeV) and by how much it has moved
/// since: their sum rounded to float32 would change the products of nearly parallel momenta by more than the
/// moves do.
///
/// Edges here and in message_edges.hpp are all ordered pairs of two different constituents of a jet: those of
/// a constituent side by side, in the order of the others, constituent after constituent, jet after jet.

#include "row_kernels/edges.hpp"
#include "row_kernels/row_offsets.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// Numbers of a momentum, and of a row of x.
inline constexpr std::int64_t kMomentum = 4;
inline constexpr std::int64_t kMovedMomentum = 2 * kMomentum;

/// Edges of all pairs of a leaf.
inline std::int64_t all_edges_count(const RowOffsets& sets) noexcept {
  return 2 * sets.pairs();
}
/// `memory`: edge_words(rows, all_edges_count).
Edges all_edges(const RowOffsets& sets, std::int32_t* memory);

/// norms and dots: (edges), psi of both.
void minkowski_features(ConstRows x, const RowOffsets& sets, float* norms, float* dots);
/// Adds to dx, (rows, 4), what the gradients of norms and dots are for x.
void minkowski_features_backward(ConstRows x, const RowOffsets& sets, const float* dnorms, const float* ddots,
                                 Rows dx);
/// psi(|x|^2) of each constituent, (rows).
void minkowski_masses(ConstRows x, float* masses);

namespace reference {
void minkowski_features(ConstRows x, const RowOffsets& sets, float* norms, float* dots);
void minkowski_features_backward(ConstRows x, const RowOffsets& sets, const float* dnorms, const float* ddots,
                                 Rows dx);
}  // namespace reference

}  // namespace jetrain::kernels

#pragma once

/// \file
/// Edges from each row to the nearest other rows of its sample.

#include <span>

#include "row_kernels/edges.hpp"
#include "row_kernels/row_offsets.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// Of each row the `neighbours` (at least 1) nearest, or all others where they are fewer, by the squared
/// distance: the sum over the channels named, in order, of (x_i - x_j)^2, by fused multiply-adds. Of equal
/// distances the lower row is the nearer one; a row is never its own neighbour. Distances that are not finite
/// (of a diverged network) count as the largest finite one, so that there are always as many neighbours as
/// promised. A row's edges are written by rising target, not by distance: sums over them have one order, and
/// memory is read as it lies.
///
/// `memory` is of edge_words(rows, offsets.edges(neighbours)) and holds the edges, whose view is returned.
/// Scratch memory: 4 n^2 bytes for a sample of n rows.
Edges nearest_rows(ConstRows points, std::span<const std::int64_t> channels, const RowOffsets& offsets,
                   std::int64_t neighbours, std::int32_t* memory);

namespace reference {
Edges nearest_rows(ConstRows points, std::span<const std::int64_t> channels, const RowOffsets& offsets,
                   std::int64_t neighbours, std::int32_t* memory);
}

}  // namespace jetrain::kernels

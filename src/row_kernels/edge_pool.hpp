#pragma once

/// \file
/// From edges to their rows: the last step of an edge convolution (edge_rows.hpp), and the way back. A row's
/// edges are summed in order from 0; rows without edges get 0. y, h, dh: (edges, channels); out, dout: (rows,
/// channels). Padding of results is finite where that of the operands is.

#include "row_kernels/edges.hpp"
#include "row_kernels/row_batch_norm.hpp"

namespace jetrain::kernels {

/// out_i = mean over the edges of i of h = scale y + shift, or of max(h, 0), for rows first_row ...
/// last_row - 1, which are out's rows; y's rows are their edges.
void mean_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                   const RowLine& line, bool rectify, Rows out);
/// dh of edges first ... last - 1, which are its rows: dout_i / edges of i. dout: all rows.
void spread_mean(ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last, Rows dh);

/// The same with the maximum. NaN is larger than all numbers.
void max_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                  const RowLine& line, bool rectify, Rows out);
/// dout_i goes to the first of the edges with the largest h. y: all edges.
void spread_max(ConstRows y, ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last,
                const RowLine& line, bool rectify, Rows dh);

namespace reference {
void mean_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                   const RowLine& line, bool rectify, Rows out);
void spread_mean(ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last, Rows dh);
void max_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                  const RowLine& line, bool rectify, Rows out);
void spread_max(ConstRows y, ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last,
                const RowLine& line, bool rectify, Rows dh);
}  // namespace reference

}  // namespace jetrain::kernels

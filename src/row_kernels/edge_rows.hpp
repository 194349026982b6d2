#pragma once

/// \file
/// Edge convolution (Wang et al., "Dynamic graph CNN", ACM TOG 2019, as ParticleNet has it: Qu and Gouskos,
/// Phys. Rev. D 101 (2020) 056019): h_1 of an edge from row i to row j is a function of [x_i, x_j - x_i],
/// then L times a product without bias, batch norm over all edges and ReLU; a row's result is the mean, or
/// the maximum, over its edges.
///
/// The first product is factorised, W_a x_i + W_b (x_j - x_i) = u_i + v_j with u = x (W_a - W_b) and v = x
/// W_b, over rows instead of edges. So y_1 = u_i + v_j is never stored; y_2 ... y_L, before their norms, are
/// kept (edges, channels). The rest goes in blocks of whole passes (row_sums.hpp), which stay in L2 from one
/// kernel to the next. Forward:
///
///     edges = nearest_rows(...); u, v                                                kept
///     moments of y_1: add_edge_moments(u, v)
///     for l = 2 ... L, by blocks: h = gather_edges(u, v, line_1)                     l = 2
///                                     row_line_forward(y_{l-1}, line_{l-1})          l > 2
///                                 y_l = h W_l, kept; add_moments(y_l)
///     mean_of_edges(y_L, line_L), or max_of_edges (edge_pool.hpp)
///
/// With running averages all lines are known beforehand, and a block of whole rows can go through to its mean
/// without anything stored. Backward, dh_l being the gradient of edges after norm l and ReLU:
///
///     sums of norm L, by blocks:  dh = spread_mean(dout), or spread_max; row_line_sums(y_L, dh)
///     for l = L ... 2, by blocks: dy = row_line_backward(y_l, dh_l)     dh_L is made anew
///                                 h = as forward;  dW_l += h^T dy
///                                 dh_{l-1} = dy W_l^T, stored, in y_l's place if it is not wider
///                                 row_line_sums(y_{l-1}, dh_{l-1}), or edge_line_sums(u, v, dh_1)
///     du, dv = scatter_edges(u, v, dh_1);   dW_b = x^T (dv - du), dW_a = x^T du, ...
///
/// With L = 1, y_1 is stored (gather_edges with no line) and scatter_edges is given dy_1 (with no line).
///
/// Orders: sums over edges in passes of 256; over a row's edges, in order from 0; what goes to a target, in
/// the order of the edges from 0. u, v: (rows, channels); y, h, dh: (edges, channels). Padding of results is
/// finite where that of the operands is.

#include "row_kernels/edges.hpp"
#include "row_kernels/row_batch_norm.hpp"

namespace jetrain::kernels {

/// Adds the moments of u_i + v_j over edges first ... last - 1: whole passes, but for the last edges.
void add_edge_moments(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                      RowMoments& moments);

/// h = scale (u_i + v_j) + shift, or max(h, 0), of edges first ... last - 1, which are h's rows; u_i + v_j
/// where there is no line.
void gather_edges(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                  const RowLine* line, bool rectify, Rows h);

/// row_line_sums for y = u_i + v_j and edges first ... last - 1, which are dh's rows.
void edge_line_sums(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, std::int64_t first,
                    std::int64_t last, const RowLine& line, bool rectify, float* dgamma, float* dbeta);

/// With dy = row_line_backward of y = u_i + v_j and dh, over all edges: du_i = sum of dy over the edges of i,
/// dv_j = sum over the edges to j. Where there is no line dy = dh. du and dv are overwritten.
void scatter_edges(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, const RowLine* line,
                   bool rectify, const RowLineBack* back, Rows du, Rows dv);

namespace reference {
void add_edge_moments(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                      RowMoments& moments);
void gather_edges(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                  const RowLine* line, bool rectify, Rows h);
void edge_line_sums(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, std::int64_t first,
                    std::int64_t last, const RowLine& line, bool rectify, float* dgamma, float* dbeta);
void scatter_edges(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, const RowLine* line,
                   bool rectify, const RowLineBack* back, Rows du, Rows dv);
}  // namespace reference

}  // namespace jetrain::kernels

#pragma once

/// \file
/// What becomes of the messages that LorentzNet's constituents send to each other (Gong et al., JHEP 07
/// (2022) 030). m: (edges, channels), those of edges first ... last - 1 = first + m.rows - 1; of an edge from
/// i to j, with gate = sigmoid(w_g . m + bias),
///
///     s_i = sum over j of gate m        (rows, channels)
///     d_i = sum over j of (x_i - x_j) c (rows, 4), c a number an edge, x as in minkowski.hpp
///
/// Sums over a row's edges are in order, one fused multiply-add each, added to what s and d hold, so that
/// edges may come in blocks; sums over channels: sixteen partial ones by channel mod 16, folded by one tree;
/// sums over edges in passes of 256 (row_sums.hpp). Vectors of (padded channels) are 64-byte aligned, their
/// padding 0. Padding of results is finite where that of the operands is.

#include "row_kernels/edges.hpp"
#include "row_kernels/minkowski.hpp"

namespace jetrain::kernels {

/// dots_e = w . x_e + bias; w: (padded channels).
void row_dots(ConstRows x, const float* w, float bias, float* dots);
/// dx_e = ddots_e w where x_e is above 0, as behind a ReLU, else 0; dw (padded channels) and dbias (or null)
/// are added to. dx may be x.
void row_dots_backward(ConstRows x, const float* w, const float* ddots, Rows dx, float* dw, float* dbias);

/// 1 / (1 + exp(-x)), in place; `values` has room for whole vectors of sixteen.
void sigmoid_values(std::int64_t count, float* values);

/// s_i += gate m.
void sum_messages(ConstRows m, const float* gates, const Edges& edges, std::int64_t first, Rows s);
/// The gradient before the sigmoid: dlogits = (ds_i . m) gate (1 - gate).
void gate_gradients(ConstRows m, const float* gates, ConstRows ds, const Edges& edges, std::int64_t first,
                    float* dlogits);
/// dm += gate ds_i where m is above 0.
void spread_messages(ConstRows m, const float* gates, ConstRows ds, const Edges& edges, std::int64_t first,
                     Rows dm);

/// d_i += (x_i - x_j) c for edges first ... first + count - 1. x: (rows, 8), d: (rows, 4).
void sum_moves(ConstRows x, const float* c, const Edges& edges, std::int64_t first, std::int64_t count,
               Rows d);
/// dc = dd_i . (x_i - x_j), and dx_i += c dd_i, dx_j -= c dd_i. dd, dx: (rows, 4).
void sum_moves_backward(ConstRows x, const float* c, ConstRows dd, const Edges& edges, std::int64_t first,
                        std::int64_t count, float* dc, Rows dx);

/// y_i = x_i, moved by step / (edges of i) d_i, if it has any; whole rows. x, y: (rows, 8), d: (rows, 4).
void move_rows(ConstRows x, ConstRows d, const Edges& edges, float step, Rows y);
/// dd_i = step / (edges of i) dy_i; 0 where it has none. dx is dy.
void move_rows_backward(ConstRows dy, const Edges& edges, float step, Rows dd);

namespace reference {
void row_dots(ConstRows x, const float* w, float bias, float* dots);
void row_dots_backward(ConstRows x, const float* w, const float* ddots, Rows dx, float* dw, float* dbias);
void sigmoid_values(std::int64_t count, float* values);
void sum_messages(ConstRows m, const float* gates, const Edges& edges, std::int64_t first, Rows s);
void gate_gradients(ConstRows m, const float* gates, ConstRows ds, const Edges& edges, std::int64_t first,
                    float* dlogits);
void spread_messages(ConstRows m, const float* gates, ConstRows ds, const Edges& edges, std::int64_t first,
                     Rows dm);
}  // namespace reference

}  // namespace jetrain::kernels

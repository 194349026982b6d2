#pragma once

/// \file
/// The first product of the messages that LorentzNet's constituents send to each other (Gong et al., JHEP 07
/// (2022) 030), over all ordered pairs of a jet (all_edges of minkowski.hpp), with batch norm over all edges
/// and ReLU behind it: W [h_i, h_j, norm, dot] of an edge from i to j, two numbers of which are of the edge
/// (minkowski.hpp), is factorised,
///
///     y = u_i + v_j + a norm + b dot,    u = h W_i, v = h W_j,    a and b the last two rows of W
///
/// so that this product is over rows, and y, which is two multiply-adds a channel, is computed anew wherever
/// it is needed instead of being stored.
///
/// Orders: y = ((u + v) + a norm) + b dot by fused multiply-adds; sums over edges in passes of 256; over a
/// row's edges in order from 0; what goes to a target, in the order of the edges from 0; sums over all edges
/// of what goes to a and b: a row's edges in order from 0, the rows' sums in order. u, v: (rows, channels);
/// h, dh: (edges, channels). Padding of results is finite where that of the operands is.

#include "row_kernels/edges.hpp"
#include "row_kernels/row_batch_norm.hpp"

namespace jetrain::kernels {

/// What y is made of.
struct MessageTerms {
  ConstRows u, v;
  const float* a = nullptr;  ///< (padded channels), 64-byte aligned, padding 0; b likewise
  const float* b = nullptr;
  const float* norms = nullptr;  ///< (edges)
  const float* dots = nullptr;   ///< (edges)
  Edges edges;
};

/// Adds the moments of y over edges first ... last - 1: whole passes, but for the last edges.
void add_message_moments(const MessageTerms& terms, std::int64_t first, std::int64_t last,
                         RowMoments& moments);

/// h = max(scale y + shift, 0) of edges first ... last - 1, which are h's rows.
void gather_messages(const MessageTerms& terms, std::int64_t first, std::int64_t last, const RowLine& line,
                     Rows h);

/// row_line_sums of y and edges first ... last - 1, which are dh's rows.
void message_line_sums(const MessageTerms& terms, ConstRows dh, std::int64_t first, std::int64_t last,
                       const RowLine& line, float* dgamma, float* dbeta);

/// Where the gradients of y go: du_i, dv_j, and da, db (padded channels, 64-byte aligned), dnorms, ddots
/// (edges).
struct MessageGradients {
  Rows du, dv;
  float* da = nullptr;
  float* db = nullptr;
  float* dnorms = nullptr;
  float* ddots = nullptr;
};
/// With dy = row_line_backward of y and dh, over all edges. All of `gradients` is overwritten.
void scatter_messages(const MessageTerms& terms, ConstRows dh, const RowLine& line, const RowLineBack& back,
                      const MessageGradients& gradients);

namespace reference {
void add_message_moments(const MessageTerms& terms, std::int64_t first, std::int64_t last,
                         RowMoments& moments);
void gather_messages(const MessageTerms& terms, std::int64_t first, std::int64_t last, const RowLine& line,
                     Rows h);
void message_line_sums(const MessageTerms& terms, ConstRows dh, std::int64_t first, std::int64_t last,
                       const RowLine& line, float* dgamma, float* dbeta);
void scatter_messages(const MessageTerms& terms, ConstRows dh, const RowLine& line, const RowLineBack& back,
                      const MessageGradients& gradients);
}  // namespace reference

}  // namespace jetrain::kernels

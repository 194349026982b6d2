#pragma once

/// \file
/// Multi-head attention of one jet (Vaswani et al., arXiv:1706.03762), with a bias of pairs and a scale a
/// head (Qu, Li and Qian, "Particle Transformer for jet tagging", arXiv:2202.03772; head scale: Shleifer et
/// al., NormFormer, arXiv:2110.09456). For head h, query i and key j:
///
///     logit_ij = (q_i / sqrt(size)) . k_j + bias_ij        p_ij = exp(logit_ij - max) / sum over j of the
///     same y_i = scale_h sum over j of m_ij p_ij v_j            m_ij: dropout, 0 or 1 / (1 - rate)
///
/// backward:  g_ij = m_ij dy_i . v_j      t_i = sum over j of p_ij g_ij     dlogit_ij = scale_h p_ij (g_ij -
/// t_i)
///     dq_i = sum over j of dlogit_ij k_j / sqrt(size)      dk_j = sum over i of dlogit_ij q_i / sqrt(size)
///     dv_j = scale_h sum over i of m_ij p_ij dy_i          dscale_h = sum over i of t_i
///
/// A vector holds sixteen queries, so that all sums over channels and keys are from vector to vector,
/// whatever the head's size. Backward computes the probabilities again from each query's largest logit and
/// sum: kept, they would be n^2 floats a head and leave the second-level cache, which takes as long.
///
/// Orders: a product sums over channels, keys or queries in their order, one fused multiply-add a term,
/// beginning with zero (a logit: with its bias). The sums over keys of exp and of p g are sixteen partial
/// sums by j mod 16, folded by one tree (+8, +4, +2, +1); dscale_h is the same over queries.

#include <cstdint>

#include "row_kernels/dropout.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// A jet's rows of heads side by side, (n, heads, size), head h at h * size; rows are `stride` floats apart.
template <class T>
struct BasicHeads {
  T* data = nullptr;
  std::int64_t stride = 0;
};
using Heads = BasicHeads<float>;
using ConstHeads = BasicHeads<const float>;

/// Class attention has one query, and one key more than the jet has constituents. There is at least one
/// of both.
struct Attention {
  std::int64_t queries = 0;
  std::int64_t keys = 0;
  std::int64_t heads = 0;
  std::int64_t size = 0;  ///< channels of a head
  ConstHeads q{};
  ConstHeads k{};
  ConstHeads v{};
  const float* bias = nullptr;   ///< (heads, keys, padded queries), see pair_bias.hpp; null: none
  const float* scale = nullptr;  ///< (heads); null: 1
  /// Stream of head h: index + h. Decides over (i, j) by block i 2^16 + j / 8, there by j mod 8. Null: none.
  const SetDropout* dropout = nullptr;
  /// (heads, keys, padded queries / 16), where forward keeps these decisions for backward; with dropout only.
  KeptBits* decisions = nullptr;

  std::int64_t padded_queries() const noexcept { return padded_channels(queries); }
  bool drops() const noexcept { return dropout != nullptr && dropout->threshold > 0; }
  float kept_scale() const noexcept { return dropout == nullptr ? 1.0F : dropout->scale; }
  /// Of the first key and sixteen queries from `query` on.
  KeptBits* decisions_of(std::int64_t head, std::int64_t query) const noexcept {
    return decisions + (head * keys * padded_queries() + query) / kLanes;
  }
  std::int64_t decision_words() const noexcept { return heads * keys * padded_queries() / kLanes; }
  /// Floats of `kept`: (heads, 2, padded queries), each query's largest logit and the inverse of its sum.
  std::int64_t kept_floats() const noexcept { return heads * 2 * padded_queries(); }
};

/// y: (queries, heads, size). Only channels of heads are written.
void attention_forward(const Attention& attention, float* kept, Heads y);

/// Where gradients go; all are written, only dscale is added to.
struct AttentionGradients {
  Heads dq{};
  Heads dk{};
  Heads dv{};
  float* dbias = nullptr;   ///< (heads, keys, padded queries), 0 in padding; null: not wanted
  float* dscale = nullptr;  ///< (heads); null: not wanted
};
void attention_backward(const Attention& attention, const float* kept, ConstHeads dy,
                        const AttentionGradients& gradients);

namespace reference {
void attention_forward(const Attention& attention, float* kept, Heads y);
void attention_backward(const Attention& attention, const float* kept, ConstHeads dy,
                        const AttentionGradients& gradients);
}  // namespace reference

}  // namespace jetrain::kernels

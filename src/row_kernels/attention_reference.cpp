#include <cmath>
#include <vector>

#include "kernels/lane_sum.hpp"
#include "kernels/multiply_add.hpp"
#include "kernels/vector_math.hpp"
#include "row_kernels/attention.hpp"

namespace jetrain::kernels::reference {
namespace {

float exponential_of(float x) {
  return exponential(broadcast(x))[0];
}

/// Row i of head h.
const float* row(ConstHeads heads, std::int64_t i, std::int64_t h, std::int64_t size) {
  return heads.data + i * heads.stride + h * size;
}

float factor_of(const Attention& a) {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(a.size)));
}

std::vector<float> logits(const Attention& a, std::int64_t h, std::int64_t i) {
  std::vector<float> logits;
  const float* const q = row(a.q, i, h, a.size);
  for (std::int64_t j = 0; j < a.keys; ++j) {
    const float* const k = row(a.k, j, h, a.size);
    float sum = a.bias == nullptr ? 0.0F : a.bias[(h * a.keys + j) * a.padded_queries() + i];
    for (std::int64_t c = 0; c < a.size; ++c) sum = multiply_add(k[c], q[c] * factor_of(a), sum);
    logits.push_back(sum);
  }
  return logits;
}

bool is_dropped(const Attention& a, std::int64_t h, std::int64_t i, std::int64_t j) {
  if (a.dropout == nullptr) return false;
  RandomStream stream(a.dropout->seed, Purpose::set_dropout, a.dropout->epoch,
                      a.dropout->index + static_cast<std::uint64_t>(h));
  stream.go_to_block(static_cast<std::uint32_t>(i << 16 | j / 8));
  std::uint32_t word = 0;
  for (std::int64_t w = 0; w <= j % 8 / 2; ++w) word = stream.next_bits();
  return (j % 2 == 0 ? word & 0xFFFFU : word >> 16) < a.dropout->threshold;
}

}  // namespace

void attention_forward(const Attention& a, float* kept, Heads y) {
  const float scale_of_kept = a.dropout == nullptr ? 1.0F : a.dropout->scale;
  for (std::int64_t h = 0; h < a.heads; ++h) {
    for (std::int64_t i = 0; i < a.queries; ++i) {
      std::vector<float> weights = logits(a, h, i);
      float largest = weights[0];
      for (const float logit : weights) largest = logit > largest ? logit : largest;
      float partial[kLanes] = {};
      for (std::int64_t j = 0; j < a.keys; ++j) {
        float& weight = weights[static_cast<std::size_t>(j)];
        weight = exponential_of(weight - largest);
        partial[j % kLanes] += weight;
        if (is_dropped(a, h, i, j)) weight = 0;
      }
      const float inverse = 1.0F / sum_of_lanes(partial);
      kept[h * 2 * a.padded_queries() + i] = largest;
      kept[(h * 2 + 1) * a.padded_queries() + i] = inverse;
      for (std::int64_t c = 0; c < a.size; ++c) {
        float sum = 0;
        for (std::int64_t j = 0; j < a.keys; ++j) {
          sum = multiply_add(row(a.v, j, h, a.size)[c], weights[static_cast<std::size_t>(j)], sum);
        }
        y.data[i * y.stride + h * a.size + c] =
            sum * (inverse * scale_of_kept) * (a.scale == nullptr ? 1.0F : a.scale[h]);
      }
    }
  }
}

void attention_backward(const Attention& a, const float* kept, ConstHeads dy,
                        const AttentionGradients& gradients) {
  const float scale_of_kept = a.dropout == nullptr ? 1.0F : a.dropout->scale;
  for (std::int64_t h = 0; h < a.heads; ++h) {
    const float scale = a.scale == nullptr ? 1.0F : a.scale[h];
    float scale_gradient[kLanes] = {};
    std::vector<float> dk(static_cast<std::size_t>(a.keys * a.size));
    std::vector<float> dv(dk.size());
    for (std::int64_t i = 0; i < a.queries; ++i) {
      const float largest = kept[h * 2 * a.padded_queries() + i];
      const float inverse = kept[(h * 2 + 1) * a.padded_queries() + i];
      std::vector<float> weights = logits(a, h, i);
      std::vector<float> g(weights.size());
      std::vector<float> dyi(static_cast<std::size_t>(a.size));
      for (std::size_t c = 0; c < dyi.size(); ++c) {
        dyi[c] = row(dy, i, h, a.size)[c] * (inverse * scale_of_kept);
      }
      float partial[kLanes] = {};
      for (std::size_t j = 0; j < weights.size(); ++j) {
        const auto key = static_cast<std::int64_t>(j);
        weights[j] = exponential_of(weights[j] - largest);
        for (std::size_t c = 0; c < dyi.size(); ++c)
          g[j] = multiply_add(row(a.v, key, h, a.size)[c], dyi[c], g[j]);
        if (is_dropped(a, h, i, key)) g[j] = 0;
        partial[j % kLanes] = multiply_add(weights[j], g[j], partial[j % kLanes]);
      }
      const float sum = sum_of_lanes(partial);
      scale_gradient[i % kLanes] += sum;
      std::vector<float> dq(static_cast<std::size_t>(a.size));
      for (std::size_t j = 0; j < weights.size(); ++j) {
        const auto key = static_cast<std::int64_t>(j);
        const float dlogit = scale * weights[j] * (g[j] - sum * inverse);
        if (gradients.dbias != nullptr) {
          gradients.dbias[(h * a.keys + key) * a.padded_queries() + i] = dlogit;
        }
        const float weight = is_dropped(a, h, i, key) ? 0.0F : weights[j];
        for (std::size_t c = 0; c < dq.size(); ++c) {
          const std::size_t at = j * dq.size() + c;
          dq[c] = multiply_add(row(a.k, key, h, a.size)[c], dlogit, dq[c]);
          dk[at] = multiply_add(dlogit, row(a.q, i, h, a.size)[c] * factor_of(a), dk[at]);
          dv[at] = multiply_add(weight, dyi[c], dv[at]);
        }
      }
      for (std::size_t c = 0; c < dq.size(); ++c) {
        gradients.dq.data[i * gradients.dq.stride + h * a.size + static_cast<std::int64_t>(c)] =
            dq[c] * factor_of(a);
      }
    }
    for (std::int64_t at = 0; at < a.keys * a.size; ++at) {
      const std::int64_t j = at / a.size;
      const std::int64_t c = h * a.size + at % a.size;
      gradients.dk.data[j * gradients.dk.stride + c] = dk[static_cast<std::size_t>(at)];
      gradients.dv.data[j * gradients.dv.stride + c] = dv[static_cast<std::size_t>(at)] * scale;
    }
    if (gradients.dscale != nullptr) gradients.dscale[h] += sum_of_lanes(scale_gradient);
  }
}

}  // namespace jetrain::kernels::reference

#include "kernels/lane_sum.hpp"
#include "kernels/scratch.hpp"
#include "row_kernels/attention_parts.hpp"
#include "row_kernels/lane_bits.hpp"

namespace jetrain::kernels {
namespace {

/// Of a block of queries, rows of kQueryBlock floats, a row a key.
struct Block {
  float* weights;    ///< exp(logit - max) from the logits
  float* kept;       ///< of these, what dropout left; the same memory as `weights` without dropout
  float* gradients;  ///< g from v dy, then dlogits
};

/// weights, kept and g of sixteen queries or a part of them, a vector; gives the sum over keys of weights g.
Vector weigh(std::int64_t keys, Vector largest, const Block& block) {
  Vector partial[16] = {};
  for (std::int64_t begin = 0; begin < keys; begin += 16) {
    const std::int64_t count = std::min<std::int64_t>(16, keys - begin);
    for (std::int64_t r = 0; r < count; ++r) {
      const std::int64_t at = (begin + r) * kQueryBlock;
      const Vector weight = exponential_below_zero(load(block.weights + at) - largest);
      store(block.weights + at, weight);
      partial[r] = multiply_add(weight, load(block.gradients + at), partial[r]);
    }
  }
  return folded(partial);
}

/// The same with dropout, of sixteen queries; `decisions` of the first key, the next key's `stride` further
/// on; `sums` gets theirs.
void weigh_and_drop(std::int64_t keys, const float* largest, const KeptBits* decisions, std::int64_t stride,
                    const Block& block, float* sums) {
  constexpr std::int64_t kParts = kLanes / kVectorLanes;
  Vector partial[kParts][16] = {};
  for (std::int64_t begin = 0; begin < keys; begin += 16) {
    const std::int64_t count = std::min<std::int64_t>(16, keys - begin);
    for (std::int64_t r = 0; r < count; ++r) {
      const std::uint32_t kept = decisions[(begin + r) * stride];
      for (std::int64_t part = 0; part < kParts; ++part) {
        const std::int64_t lane = part * kVectorLanes;
        const std::int64_t at = (begin + r) * kQueryBlock + lane;
        const Vector weight = exponential_below_zero(load(block.weights + at) - load(largest + lane));
        const Vector gradient = where_set(kept >> lane, load(block.gradients + at));
        store(block.weights + at, weight);
        store(block.kept + at, where_set(kept >> lane, weight));
        store(block.gradients + at, gradient);
        partial[part][r] = multiply_add(weight, gradient, partial[part][r]);
      }
    }
  }
  for (std::int64_t part = 0; part < kParts; ++part) store(sums + part * kVectorLanes, folded(partial[part]));
}

/// gradients = factor weights (gradients - inverse sum), the gradient of the logits.
void logit_gradients(std::int64_t keys, Vector factor, Vector mean, const Block& block) {
  for (std::int64_t j = 0; j < keys; ++j) {
    float* const at = block.gradients + j * kQueryBlock;
    store(at, factor * load(block.weights + j * kQueryBlock) * (load(at) - mean));
  }
}

/// (keys, padded size) to the rows of a head, multiplied by `factor`.
void store_keys(const float* from, std::int64_t keys, std::int64_t size, float factor, std::int64_t head,
                Heads to) {
  const std::int64_t stride = padded_channels(size);
  for (std::int64_t j = 0; j < keys; ++j) {
    float* const row = to.data + j * to.stride + head * size;
    for (std::int64_t c = 0; c < size; ++c) row[c] = from[j * stride + c] * factor;
  }
}

/// Gradients of padding queries are 0: there dy is.
void store_bias_gradients(const Attention& a, std::int64_t head, std::int64_t first, std::int64_t width,
                          const float* gradients, float* dbias) {
  const std::int64_t padded = a.padded_queries();
  float* const to = dbias + head * a.keys * padded + first;
  for (std::int64_t j = 0; j < a.keys; ++j) {
    for (std::int64_t i = 0; i < width; i += kVectorLanes) {
      store(to + j * padded + i, load(gradients + j * kQueryBlock + i));
    }
  }
}

/// The copies of one head that backward works on.
struct HeadCopies {
  HeadCopies(const Attention& a, Scratch<float>& scratch) {
    const std::int64_t queries = a.padded_queries();
    const std::int64_t channels = padded_channels(a.size);
    float* at = scratch.reserve(4 * queries * channels + 2 * a.keys * channels + 3 * a.keys * kQueryBlock +
                                channels * kQueryBlock + 2 * queries);
    const auto take = [&at](std::int64_t floats) { return (at += floats) - floats; };
    q = take(queries * channels);
    transposed_q = take(queries * channels);
    dy = take(queries * channels);
    transposed_dy = take(queries * channels);
    dk = take(a.keys * channels);
    dv = take(a.keys * channels);
    dq = take(channels * kQueryBlock);
    factors = take(queries);
    sums = take(queries);
    block.weights = take(a.keys * kQueryBlock);
    block.gradients = take(a.keys * kQueryBlock);
    block.kept = a.drops() ? take(a.keys * kQueryBlock) : block.weights;
  }

  float *q, *transposed_q;    ///< q / sqrt(size)
  float *dy, *transposed_dy;  ///< dy, with each query's 1 / sum and dropout's scale
  float *dk, *dv;             ///< (keys, padded size)
  float* dq;                  ///< (padded size, kQueryBlock)
  float *factors, *sums;      ///< (padded queries)
  Block block;
};

/// weights, kept and gradients (g) of the block's queries; the sums over keys of weights g.
void weigh_block(const Attention& a, std::int64_t h, std::int64_t first, std::int64_t width,
                 const float* largest, const HeadCopies& copies) {
  attention_logits(a, h, copies.transposed_q, first, width, copies.block.weights);
  small_product(a.keys, width, {a.size, a.padded_queries(), 0, kQueryBlock},
                {a.v.data + h * a.size, a.v.stride, 1}, copies.transposed_dy + first, nullptr,
                copies.block.gradients);
  const auto of_lanes = [&](std::int64_t i) {
    return Block{copies.block.weights + i, copies.block.kept + i, copies.block.gradients + i};
  };
  if (a.drops()) {
    for (std::int64_t i = 0; i < width; i += kLanes) {
      weigh_and_drop(a.keys, largest + first + i, a.decisions_of(h, first + i), a.padded_queries() / kLanes,
                     of_lanes(i), copies.sums + first + i);
    }
  } else {
    for (std::int64_t i = 0; i < width; i += kVectorLanes) {
      store(copies.sums + first + i, weigh(a.keys, load(largest + first + i), of_lanes(i)));
    }
  }
}

}  // namespace

void attention_backward(const Attention& a, const float* kept, ConstHeads dy,
                        const AttentionGradients& gradients) {
  thread_local Scratch<float> scratch;
  const HeadCopies copies(a, scratch);
  const std::int64_t padded = a.padded_queries();
  const std::int64_t channels = padded_channels(a.size);
  const float by = attention_factor(a);
  for (std::int64_t h = 0; h < a.heads; ++h) {
    const float* const largest = kept + h * 2 * padded;
    const float* const inverse = largest + padded;
    const float scale = a.scale == nullptr ? 1.0F : a.scale[h];
    for (std::int64_t i = 0; i < padded; ++i) copies.factors[i] = inverse[i] * a.kept_scale();
    copy_head(a.q, h, a.queries, a.size, &by, true, copies.q);
    transpose_head(copies.q, a.queries, a.size, copies.transposed_q);
    copy_head(dy, h, a.queries, a.size, copies.factors, false, copies.dy);
    transpose_head(copies.dy, a.queries, a.size, copies.transposed_dy);
    for (std::int64_t i = 0; i < padded; ++i) copies.factors[i] = by;  // of dq
    for (std::int64_t first = 0; first < padded; first += kQueryBlock) {
      const std::int64_t width = std::min(kQueryBlock, padded - first);
      const std::int64_t queries = std::min(width, a.queries - first);
      const Block& block = copies.block;
      weigh_block(a, h, first, width, largest, copies);
      for (std::int64_t i = 0; i < width; i += kVectorLanes) {
        const Vector mean = load(copies.sums + first + i) * load(inverse + first + i);
        logit_gradients(a.keys, broadcast(scale), mean, {block.weights + i, nullptr, block.gradients + i});
      }
      if (gradients.dbias != nullptr) {
        store_bias_gradients(a, h, first, width, block.gradients, gradients.dbias);
      }
      small_product(a.size, width, {a.keys, kQueryBlock, 0, kQueryBlock},
                    {a.k.data + h * a.size, 1, a.k.stride}, block.gradients, nullptr, copies.dq);
      store_head(copies.dq, first, queries, a.size, copies.factors, 1.0F, h, gradients.dq);
      const SmallProduct over_queries{queries, channels, channels, channels};
      small_product(a.keys, channels, over_queries, {block.gradients, kQueryBlock, 1},
                    copies.q + first * channels, first == 0 ? nullptr : copies.dk, copies.dk);
      small_product(a.keys, channels, over_queries, {block.kept, kQueryBlock, 1},
                    copies.dy + first * channels, first == 0 ? nullptr : copies.dv, copies.dv);
    }
    store_keys(copies.dk, a.keys, a.size, 1.0F, h, gradients.dk);
    store_keys(copies.dv, a.keys, a.size, scale, h, gradients.dv);
    if (gradients.dscale != nullptr) {
      alignas(64) float partial[kLanes] = {};
      for (std::int64_t i = 0; i < a.queries; ++i) partial[i % kLanes] += copies.sums[i];
      gradients.dscale[h] += sum_of_lanes(partial);
    }
  }
}

}  // namespace jetrain::kernels

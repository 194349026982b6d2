#include "row_kernels/attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "core/aligned_buffer.hpp"

namespace jetrain::kernels {
namespace {

struct Case {
  std::int64_t queries, keys, heads, size;
  bool bias, scale, dropout;
};

AlignedBuffer<float> random_floats(std::int64_t floats, float largest, std::mt19937& engine) {
  AlignedBuffer<float> buffer(static_cast<std::size_t>(floats));
  std::uniform_real_distribution<float> uniform(-largest, largest);
  for (float& value : buffer.span()) value = uniform(engine);
  return buffer;
}

/// Owns all that an Attention looks at: q, k and v are the three parts of one matrix of rows.
struct Problem {
  explicit Problem(const Case& c)
      : width(c.heads * c.size),
        stride(padded_channels(3 * width)),
        rows(std::max(c.queries, c.keys)),
        qkv(random_floats(rows * stride, 2.0F, engine)),
        bias(random_floats(c.heads * c.keys * padded_channels(c.queries), 2.0F, engine)),
        scale(random_floats(c.heads, 2.0F, engine)),
        dy(random_floats(c.queries * stride, 1.0F, engine)) {
    dropout.seed = 0x123456789ABCDEFULL;
    dropout.epoch = 3;
    dropout.index = SetDropout::stream_index(123456789012, 4095, 15);
    dropout.set_rate(0.3);
    attention = {.queries = c.queries,
                 .keys = c.keys,
                 .heads = c.heads,
                 .size = c.size,
                 .q = {qkv.data(), stride},
                 .k = {qkv.data() + width, stride},
                 .v = {qkv.data() + 2 * width, stride},
                 .bias = c.bias ? bias.data() : nullptr,
                 .scale = c.scale ? scale.data() : nullptr,
                 .dropout = c.dropout ? &dropout : nullptr};
    decisions.resize(static_cast<std::size_t>(attention.decision_words()));
    attention.decisions = decisions.data();
  }

  std::mt19937 engine{7};
  std::int64_t width;
  std::int64_t stride;
  std::int64_t rows;
  AlignedBuffer<float> qkv, bias, scale, dy;
  SetDropout dropout;
  std::vector<KeptBits> decisions;
  Attention attention;
};

struct Results {
  explicit Results(const Problem& p)
      : kept(static_cast<std::size_t>(p.attention.kept_floats())),
        y(static_cast<std::size_t>(p.rows * p.stride)),
        dqkv(y.size()),
        dbias(p.bias.size()),
        dscale(p.scale.size()) {
    std::fill(y.span().begin(), y.span().end(), 7.0F);
    std::fill(dqkv.span().begin(), dqkv.span().end(), 7.0F);
    std::fill(dscale.span().begin(), dscale.span().end(), 0.5F);
  }
  AttentionGradients gradients(const Problem& p) {
    return {.dq = {dqkv.data(), p.stride},
            .dk = {dqkv.data() + p.width, p.stride},
            .dv = {dqkv.data() + 2 * p.width, p.stride},
            .dbias = dbias.data(),
            .dscale = dscale.data()};
  }
  AlignedBuffer<float> kept, y, dqkv, dbias, dscale;
};

void expect_same_bits(const AlignedBuffer<float>& a, const AlignedBuffer<float>& b, const char* what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a[i], b[i]) << what << " " << i;
}

class AttentionCase : public testing::TestWithParam<Case> {};

TEST_P(AttentionCase, HasTheBitsOfTheReference) {
  const Problem p(GetParam());
  Results fast(p);
  Results scalar(p);
  attention_forward(p.attention, fast.kept.data(), {fast.y.data(), p.stride});
  reference::attention_forward(p.attention, scalar.kept.data(), {scalar.y.data(), p.stride});
  expect_same_bits(fast.y, scalar.y, "y");
  attention_backward(p.attention, fast.kept.data(), {p.dy.data(), p.stride}, fast.gradients(p));
  reference::attention_backward(p.attention, scalar.kept.data(), {p.dy.data(), p.stride},
                                scalar.gradients(p));
  expect_same_bits(fast.dqkv, scalar.dqkv, "dqkv");
  expect_same_bits(fast.dbias, scalar.dbias, "dbias");
  expect_same_bits(fast.dscale, scalar.dscale, "dscale");
}

/// The equation of the header in double, and the loss sum of y dy; what is dropped is told by a matrix.
struct Doubles {
  explicit Doubles(const Problem& p, const std::vector<bool>& dropped_places)
      : attention(p.attention), width(p.width), stride(p.stride), dropped(dropped_places) {
    qkv.assign(p.qkv.span().begin(), p.qkv.span().end());
    bias.assign(p.bias.span().begin(), p.bias.span().end());
    scale.assign(p.scale.span().begin(), p.scale.span().end());
    dy.assign(p.dy.span().begin(), p.dy.span().end());
    if (attention.bias == nullptr) std::fill(bias.begin(), bias.end(), 0.0);
    if (attention.scale == nullptr) std::fill(scale.begin(), scale.end(), 1.0);
  }

  double at(std::int64_t part, std::int64_t row, std::int64_t h, std::int64_t c) const {
    return qkv[static_cast<std::size_t>(row * stride + part * width + h * attention.size + c)];
  }
  std::size_t place(std::int64_t h, std::int64_t i, std::int64_t j) const {
    return static_cast<std::size_t>((h * attention.keys + j) * attention.padded_queries() + i);
  }
  double y(std::int64_t h, std::int64_t i, std::int64_t c) const {
    double sum = 0;
    double weighted = 0;
    for (std::int64_t j = 0; j < attention.keys; ++j) {
      double logit = 0;
      for (std::int64_t k = 0; k < attention.size; ++k) logit += at(0, i, h, k) * at(1, j, h, k);
      const double weight =
          std::exp(logit / std::sqrt(static_cast<double>(attention.size)) + bias[place(h, i, j)]);
      sum += weight;
      const double kept = attention.dropout == nullptr ? 1.0 : static_cast<double>(attention.dropout->scale);
      if (!dropped[place(h, i, j)]) weighted += kept * weight * at(2, j, h, c);
    }
    return scale[static_cast<std::size_t>(h)] * weighted / sum;
  }
  double loss() const {
    double loss = 0;
    for (std::int64_t h = 0; h < attention.heads; ++h) {
      for (std::int64_t i = 0; i < attention.queries; ++i) {
        for (std::int64_t c = 0; c < attention.size; ++c) {
          loss += y(h, i, c) * dy[static_cast<std::size_t>(i * stride + h * attention.size + c)];
        }
      }
    }
    return loss;
  }
  double slope(double& value) const {
    const double before = value;
    value = before + 1e-5;
    const double above = loss();
    value = before - 1e-5;
    const double below = loss();
    value = before;
    return (above - below) / 2e-5;
  }

  Attention attention;
  std::int64_t width, stride;
  std::vector<bool> dropped;
  std::vector<double> qkv, bias, scale, dy;
};

/// (heads, keys, padded queries), found by giving each key in turn the only value that is not 0.
std::vector<bool> dropped_places(const Problem& p) {
  std::vector<bool> dropped(p.bias.size());
  if (p.attention.dropout == nullptr) return dropped;
  Problem probe = Problem(
      {p.attention.queries, p.attention.keys, p.attention.heads, p.attention.size, false, false, true});
  for (std::int64_t j = 0; j < p.attention.keys; ++j) {
    std::fill(probe.qkv.span().begin(), probe.qkv.span().end(), 0.0F);
    for (std::int64_t c = 0; c < p.width; ++c) {
      probe.qkv[static_cast<std::size_t>(j * p.stride + 2 * p.width + c)] = 1.0F;
    }
    Results results(probe);
    probe.attention.dropout = &probe.dropout;
    attention_forward(probe.attention, results.kept.data(), {results.y.data(), p.stride});
    for (std::int64_t h = 0; h < p.attention.heads; ++h) {
      for (std::int64_t i = 0; i < p.attention.queries; ++i) {
        dropped[static_cast<std::size_t>((h * p.attention.keys + j) * p.attention.padded_queries() + i)] =
            results.y[static_cast<std::size_t>(i * p.stride + h * p.attention.size)] == 0.0F;
      }
    }
  }
  return dropped;
}

class SmallAttentionCase : public AttentionCase {};

TEST_P(SmallAttentionCase, IsTheEquationAndItsSlopes) {
  const Problem p(GetParam());
  const Attention& a = p.attention;
  Results results(p);
  attention_forward(a, results.kept.data(), {results.y.data(), p.stride});
  attention_backward(a, results.kept.data(), {p.dy.data(), p.stride}, results.gradients(p));
  Doubles doubles(p, dropped_places(p));
  for (std::int64_t h = 0; h < a.heads; ++h) {
    for (std::int64_t i = 0; i < a.queries; ++i) {
      for (std::int64_t c = 0; c < a.size; ++c) {
        EXPECT_NEAR(results.y[static_cast<std::size_t>(i * p.stride + h * a.size + c)], doubles.y(h, i, c),
                    1e-5);
      }
    }
    EXPECT_NEAR(results.dscale[static_cast<std::size_t>(h)] - 0.5F,
                doubles.slope(doubles.scale[static_cast<std::size_t>(h)]), 1e-4);
  }
  std::mt19937 engine(9);
  const auto below = [&](std::int64_t n) {
    return std::uniform_int_distribution<std::int64_t>(0, n - 1)(engine);
  };
  for (int trial = 0; trial < 60; ++trial) {
    const std::int64_t part = trial % 3;
    const std::int64_t row = below(part == 0 ? a.queries : a.keys);
    const auto at = static_cast<std::size_t>(row * p.stride + part * p.width + below(p.width));
    EXPECT_NEAR(results.dqkv[at], doubles.slope(doubles.qkv[at]), 2e-4) << part;
    const std::size_t pair = doubles.place(below(a.heads), below(a.queries), below(a.keys));
    EXPECT_NEAR(results.dbias[pair], doubles.slope(doubles.bias[pair]), 2e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, AttentionCase,
    testing::Values(Case{1, 1, 1, 1, false, false, false}, Case{5, 5, 2, 8, true, true, true},
                    Case{17, 17, 2, 8, true, false, false}, Case{16, 16, 3, 5, false, true, true},
                    Case{33, 33, 2, 18, true, true, false}, Case{49, 49, 8, 16, true, true, true},
                    Case{1, 50, 8, 16, false, true, false}, Case{1, 1, 4, 16, false, true, false},
                    Case{130, 130, 1, 33, true, false, true}, Case{200, 200, 2, 8, true, true, true},
                    Case{300, 300, 1, 16, false, false, false}));

INSTANTIATE_TEST_SUITE_P(
    Shapes, SmallAttentionCase,
    testing::Values(Case{1, 1, 1, 1, false, false, false}, Case{5, 5, 2, 8, true, true, true},
                    Case{17, 17, 2, 8, true, false, false}, Case{16, 16, 3, 5, false, true, true},
                    Case{35, 35, 2, 4, true, true, true}, Case{1, 50, 8, 16, false, true, false},
                    Case{1, 1, 4, 16, false, true, false}));

TEST(Attention, DropsItsShareAndAnotherInEachHeadAndEpoch) {
  Problem p({200, 200, 2, 16, false, false, true});
  const auto count = [](const std::vector<bool>& places) {
    return static_cast<double>(std::count(places.begin(), places.end(), true));
  };
  const std::vector<bool> dropped = dropped_places(p);
  EXPECT_NEAR(count(dropped), 0.3 * 2 * 200 * 200, 5 * std::sqrt(0.21 * 2 * 200 * 200));
  const std::size_t head = dropped.size() / 2;
  double both = 0;
  for (std::size_t i = 0; i < head; ++i) both += dropped[i] && dropped[head + i] ? 1 : 0;
  EXPECT_NEAR(both, 0.09 * 200 * 200, 5 * std::sqrt(0.09 * 0.91 * 200 * 200));
}

TEST(Attention, DoesNotHideANan) {
  Problem p({20, 20, 2, 8, false, false, false});
  p.qkv[static_cast<std::size_t>(3 * p.stride)] = std::numeric_limits<float>::quiet_NaN();
  Results results(p);
  attention_forward(p.attention, results.kept.data(), {results.y.data(), p.stride});
  EXPECT_TRUE(std::isnan(results.y[static_cast<std::size_t>(3 * p.stride)]));
  EXPECT_FALSE(std::isnan(results.y[static_cast<std::size_t>(2 * p.stride)]));
}

}  // namespace
}  // namespace jetrain::kernels

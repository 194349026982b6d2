#include "kernels/activation.hpp"

#include <gtest/gtest.h>

#include "leaf.hpp"

namespace jetrain::kernels {
namespace {

using test::aligned;
using test::Leaf;
using test::random_values;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Relu, ForwardCutsAtZeroAndKeepsNan) {
  std::mt19937 engine(1);
  Leaf x = std::move(Leaf(2, 3, 5, {1, 0, 0, 1}).randomize(engine));
  x.planes().at(1, 2, 4)[15] = kNan;
  Leaf y = std::move(Leaf(2, 3, 5, {2, 2, 2, 2}).fill_all(7.0F));
  relu_forward(x.planes(), y.planes());
  const std::vector<float> in = x.values();
  const std::vector<float> out = y.values();
  for (std::size_t i = 0; i + 1 < in.size(); ++i) EXPECT_EQ(out[i], in[i] > 0 ? in[i] : 0);
  EXPECT_TRUE(std::isnan(out.back()));
  EXPECT_EQ(y.halo_values_other_than(7.0F), 0);
}

TEST(Relu, BackwardPassesWhereTheOutputIsPositive) {
  std::mt19937 engine(2);
  const Leaf y = std::move(Leaf(2, 3, 5).randomize(engine));
  const Leaf dy = std::move(Leaf(2, 3, 5, {0, 1, 1, 0}).randomize(engine));
  Leaf dx(2, 3, 5, {1, 1, 1, 1});
  relu_backward(y.planes(), dy.planes(), dx.planes());
  for (std::size_t i = 0; i < y.values().size(); ++i) {
    EXPECT_EQ(dx.values()[i], y.values()[i] > 0 ? dy.values()[i] : 0);
  }
}

TEST(Flatten, OrdersFeaturesAsKerasDoesAndGoesBack) {
  std::mt19937 engine(3);
  const Leaf x = std::move(Leaf(3, 4, 5, {1, 2, 1, 2}).randomize(engine));
  AlignedBuffer<float> y(60 * kLanes);
  flatten_forward(x.planes(), y.data());
  for (std::int64_t r = 0; r < 4; ++r) {
    for (std::int64_t c = 0; c < 5; ++c) {
      for (std::int64_t k = 0; k < 3; ++k) {
        for (std::int64_t lane = 0; lane < kLanes; ++lane) {
          const auto feature = static_cast<std::size_t>(((r * 5 + c) * 3 + k) * kLanes + lane);
          EXPECT_EQ(y[feature], x.planes().at(k, r, c)[lane]);
        }
      }
    }
  }
  Leaf back(3, 4, 5);
  flatten_backward(y.data(), {}, back.planes());
  EXPECT_EQ(back.values(), x.values());
  const Leaf mask = std::move(Leaf(3, 4, 5, {1, 1, 1, 1}).randomize(engine));
  flatten_backward(y.data(), mask.planes(), back.planes());
  for (std::size_t i = 0; i < x.values().size(); ++i) {
    EXPECT_EQ(back.values()[i], mask.values()[i] > 0 ? x.values()[i] : 0);
  }
}

class SoftmaxCrossEntropy : public testing::TestWithParam<std::int64_t> {
 protected:
  std::vector<double> losses(const AlignedBuffer<float>& logits) {
    std::vector<double> losses(kLanes, -1.0);
    softmax_cross_entropy(classes_, logits.data(), labels_.data(), kLanes, 0.0, probabilities_.data(),
                          losses.data(), nullptr);
    return losses;
  }

  std::int64_t classes_ = GetParam();
  std::mt19937 engine_{9};
  AlignedBuffer<float> logits_ = aligned(random_values(classes_ * kLanes, engine_));
  AlignedBuffer<float> probabilities_{static_cast<std::size_t>(classes_ * kLanes)};
  std::vector<std::uint8_t> labels_ = [this] {
    std::vector<std::uint8_t> labels(kLanes);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      labels[i] = static_cast<std::uint8_t>(i % static_cast<std::size_t>(classes_));
    }
    return labels;
  }();
};

TEST_P(SoftmaxCrossEntropy, IsMinusTheLogarithmOfTheLabelsProbability) {
  const std::vector<double> loss = losses(logits_);
  AlignedBuffer<float> softmax(probabilities_.size());
  softmax_forward(classes_, logits_.data(), softmax.data());
  EXPECT_EQ(test::largest_difference(softmax, probabilities_), 0);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    double sum = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(classes_); ++c) sum += softmax[c * kLanes + lane];
    EXPECT_NEAR(sum, 1, 1e-6);
    EXPECT_NEAR(loss[lane], -std::log(softmax[labels_[lane] * kLanes + lane]), 1e-6);
  }
}

TEST_P(SoftmaxCrossEntropy, GradientIsTheDifferenceQuotientAndZeroForPadding) {
  const std::int64_t samples = 13;
  AlignedBuffer<float> dlogits(logits_.size());
  std::vector<double> loss(static_cast<std::size_t>(samples));
  softmax_cross_entropy(classes_, logits_.data(), labels_.data(), samples, 0.0, probabilities_.data(),
                        loss.data(), dlogits.data());
  for (std::size_t i = 0; i < logits_.size(); ++i) {
    const std::size_t lane = i % kLanes;
    const float logit = logits_[i];
    const float step = 0x1p-10F;
    logits_[i] = logit + step;
    const double above = losses(logits_)[lane];
    logits_[i] = logit - step;
    const double below = losses(logits_)[lane];
    logits_[i] = logit;
    EXPECT_NEAR(dlogits[i], lane < 13 ? (above - below) / (2.0 * step) : 0.0, 1e-4);
  }
}

TEST_P(SoftmaxCrossEntropy, IsFiniteForAllFiniteLogitsAndNotForOthers) {
  for (const float large : {1e4F, 3e38F}) {
    for (std::int64_t i = 0; i < classes_ * kLanes; ++i) {
      logits_[static_cast<std::size_t>(i)] = i / kLanes % 2 == 0 ? -large : large;
    }
    AlignedBuffer<float> dlogits(logits_.size());
    std::vector<double> loss(kLanes);
    softmax_cross_entropy(classes_, logits_.data(), labels_.data(), kLanes, 0.0, probabilities_.data(),
                          loss.data(), dlogits.data());
    for (const double l : loss) EXPECT_TRUE(std::isfinite(l) && l >= 0) << l;
    for (const float d : dlogits.span()) EXPECT_TRUE(std::isfinite(d) && std::abs(d) <= 1) << d;
  }
  for (const float bad : {kNan, std::numeric_limits<float>::infinity()}) {
    logits_[static_cast<std::size_t>(classes_ * kLanes - 1)] = bad;
    EXPECT_FALSE(std::isfinite(losses(logits_)[kLanes - 1]));
  }
}

INSTANTIATE_TEST_SUITE_P(Classes, SoftmaxCrossEntropy, testing::Values(2, 3, 10));

/// From -30 to 30, in steps that hit no round numbers, and around 0.
Leaf arguments() {
  Leaf x(1, 50, 5);
  int i = 0;
  x.for_each([&](float& value) {
    value = i < 2000 ? -30.0F + 0.03F * static_cast<float>(i) : 0.001F * static_cast<float>(i - 3000);
    ++i;
  });
  return x;
}

double expected(Activation::Kind kind, double alpha, double x) {
  switch (kind) {
    case Activation::Kind::leaky_relu:
      return x > 0 ? x : alpha * x;
    case Activation::Kind::elu:
      return x > 0 ? x : alpha * std::expm1(x);
    case Activation::Kind::gelu:
      return x * std::erfc(-x / std::sqrt(2.0)) / 2;
    case Activation::Kind::tanh:
      return std::tanh(x);
    case Activation::Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
  }
  return 0;
}

TEST(Activation, AgreesWithTheFunctionAndItsSlope) {
  const Leaf x = arguments();
  for (const auto kind : {Activation::Kind::leaky_relu, Activation::Kind::elu, Activation::Kind::gelu,
                          Activation::Kind::tanh, Activation::Kind::sigmoid}) {
    constexpr double kAlpha = 0.25;
    const Activation function{kind, static_cast<float>(kAlpha)};
    Leaf y(1, 50, 5), dx(1, 50, 5), dy(1, 50, 5);
    dy.for_each([](float& value) { value = 2.0F; });
    activation_forward(function, x.planes(), y.planes());
    activation_backward(function, x.planes(), y.planes(), dy.planes(), dx.planes());
    const std::vector<float> arguments = x.values();
    const std::vector<float> values = y.values();
    const std::vector<float> slopes = dx.values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double at = arguments[i];
      EXPECT_NEAR(values[i], expected(kind, kAlpha, at), 1e-6 * std::max(1.0, std::abs(at))) << at;
      if (std::abs(at) < 1e-4) continue;  // the corner of leaky_relu
      constexpr double kStep = 1e-6;
      const double slope =
          (expected(kind, kAlpha, at + kStep) - expected(kind, kAlpha, at - kStep)) / (2 * kStep);
      EXPECT_NEAR(slopes[i], 2 * slope, 4e-6) << at;
    }
  }
}

TEST(Activation, DoesNotHideANan) {
  Leaf x(1, 1, 1);
  x.planes().data[3] = std::numeric_limits<float>::quiet_NaN();
  for (const auto kind : {Activation::Kind::leaky_relu, Activation::Kind::elu, Activation::Kind::gelu,
                          Activation::Kind::tanh, Activation::Kind::sigmoid}) {
    Leaf y(1, 1, 1);
    activation_forward({kind, 0.5F}, x.planes(), y.planes());
    EXPECT_TRUE(std::isnan(y.planes().data[3]));
    EXPECT_FALSE(std::isnan(y.planes().data[4]));
  }
}

}  // namespace
}  // namespace jetrain::kernels

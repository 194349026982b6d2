#include "kernels/distillation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "leaf.hpp"

namespace jetrain::kernels {
namespace {

constexpr std::int64_t kSamples = 13;

/// Logits and a teacher's probabilities of one leaf, and the labels' part of loss and gradient.
class Distillation : public testing::TestWithParam<std::int64_t> {
 protected:
  Distillation() {
    std::mt19937 engine(7);
    std::normal_distribution<float> normal(0, 2);
    for (std::size_t i = 0; i < size_; ++i) {
      logits_.push_back(normal(engine));
      probabilities_.push_back(1 / (1 + std::exp(-normal(engine))));
    }
  }

  /// Of the teacher's part alone where `of_labels` are 0.
  template <class Teach>
  std::vector<double> losses(const Teach& teach, const Teaching& teaching, double of_labels,
                             float* gradients) {
    std::vector<double> losses(kSamples, of_labels);
    teach(classes_, logits_.data(), teaching, kSamples, losses.data(), gradients);
    return losses;
  }

  template <class Teach>
  void expect_slope(const Teach& teach, const Teaching& teaching) {
    std::vector<float> gradients(size_, 0.0F);
    losses(teach, teaching, 0, gradients.data());
    for (std::size_t i = 0; i < size_; ++i) {
      const std::size_t lane = i % kLanes;
      if (lane >= kSamples) {
        EXPECT_EQ(gradients[i], 0);
        continue;
      }
      const float logit = logits_[i];
      constexpr float kStep = 0x1p-10F;
      logits_[i] = logit + kStep;
      const double above = losses(teach, teaching, 0, nullptr)[lane];
      logits_[i] = logit - kStep;
      const double below = losses(teach, teaching, 0, nullptr)[lane];
      logits_[i] = logit;
      EXPECT_NEAR(gradients[i], (above - below) / (2 * kStep), 2e-5) << i;
    }
  }

  std::int64_t classes_ = GetParam();
  std::size_t size_ = static_cast<std::size_t>(classes_ * kLanes);
  std::vector<float> logits_;
  std::vector<float> probabilities_;
};

TEST_P(Distillation, GradientIsTheDifferenceQuotient) {
  for (const double temperature : {0.5, 1.0, 3.0}) {
    for (const double weight : {0.3, 1.0}) {
      expect_slope(teach_softmax, {probabilities_.data(), temperature, weight});
      expect_slope(teach_sigmoid, {probabilities_.data(), temperature, weight});
    }
  }
}

TEST_P(Distillation, LeavesTheLabelsTheirShare) {
  const Teaching teaching{probabilities_.data(), 2, 0.25};
  const auto check = [&](const auto& teach) {
    std::vector<float> without(size_, 0.0F);
    std::vector<float> with(size_, 8.0F);
    const std::vector<double> taught = losses(teach, teaching, 0, without.data());
    const std::vector<double> both = losses(teach, teaching, 4, with.data());
    for (std::size_t lane = 0; lane < kSamples; ++lane) {
      EXPECT_NEAR(both[lane], taught[lane] + 0.75 * 4, 1e-12);
      for (std::size_t c = 0; c < static_cast<std::size_t>(classes_); ++c)
        EXPECT_NEAR(with[c * kLanes + lane], without[c * kLanes + lane] + 0.75F * 8, 1e-5);
    }
  };
  check(teach_softmax);
  check(teach_sigmoid);
}

/// Its own probabilities teach nothing: the gradient is 0, whatever the temperature.
TEST_P(Distillation, HasNoGradientWhereTheTeacherAgrees) {
  std::vector<float> own(size_);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    double sum = 0;
    for (std::size_t i = lane; i < size_; i += kLanes) sum += std::exp(static_cast<double>(logits_[i]));
    for (std::size_t i = lane; i < size_; i += kLanes)
      own[i] = static_cast<float>(std::exp(static_cast<double>(logits_[i])) / sum);
  }
  std::vector<float> gradients(size_, 0.0F);
  for (const double loss : losses(teach_softmax, {own.data(), 4, 1}, 0, gradients.data()))
    EXPECT_NEAR(loss, 0, 1e-6);
  for (const float gradient : gradients) EXPECT_NEAR(gradient, 0, 1e-6);
  for (std::size_t i = 0; i < size_; ++i) own[i] = 1 / (1 + std::exp(-logits_[i]));
  for (const double loss : losses(teach_sigmoid, {own.data(), 4, 1}, 0, nullptr)) EXPECT_NEAR(loss, 0, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Classes, Distillation, testing::Values(2, 3, 10));

/// z = (0, ln 3), q = (0.2, 0.8), T = 2: p_T = (1, sqrt 3) / (1 + sqrt 3), q_T = (1, 2) / 3; the loss is
/// T^2 (log(1 / 3 / p_0) / 3 + 2 log(2 / 3 / p_1) / 3).
TEST(Distillation, IsWhatTheFormulaSays) {
  std::vector<float> logits(2 * kLanes, 0.0F);
  std::vector<float> probabilities(2 * kLanes, 0.5F);
  logits[kLanes] = std::log(3.0F);
  probabilities[0] = 0.2F;
  probabilities[kLanes] = 0.8F;
  double loss = 1;
  std::vector<float> gradient(2 * kLanes, 0.0F);
  teach_softmax(2, logits.data(), {probabilities.data(), 2, 0.9}, 1, &loss, gradient.data());
  const double p = std::sqrt(3.0) / (1 + std::sqrt(3.0));
  EXPECT_NEAR(loss, 0.1 * 1 + 0.9 * 4 * (std::log(1 / 3.0 / (1 - p)) / 3 + 2 * std::log(2 / 3.0 / p) / 3),
              1e-6);
  EXPECT_NEAR(gradient[kLanes], 0.9 * 2 * (p - 2.0 / 3), 1e-6);
  EXPECT_NEAR(gradient[0], -gradient[kLanes], 1e-6);
}

TEST(Distillation, TakesATeacherWhoIsCertain) {
  std::vector<float> logits(2 * kLanes, 1.0F);
  std::vector<float> probabilities(2 * kLanes, 0.0F);
  for (std::size_t lane = 0; lane < kLanes; ++lane) probabilities[kLanes + lane] = 1;
  for (const auto& teach : {teach_softmax, teach_sigmoid}) {
    std::vector<double> losses(kLanes, 0.0);
    std::vector<float> gradients(2 * kLanes, 0.0F);
    teach(2, logits.data(), {probabilities.data(), 3, 1}, kLanes, losses.data(), gradients.data());
    for (const double loss : losses) EXPECT_TRUE(std::isfinite(loss));
    for (const float gradient : gradients) EXPECT_TRUE(std::isfinite(gradient));
    EXPECT_LT(gradients[kLanes], 0);
  }
}

}  // namespace
}  // namespace jetrain::kernels

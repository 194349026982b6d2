#include "row_kernels/row_batch_norm.hpp"

#include <algorithm>
#include <limits>

#include "row_kernels/row_sums.hpp"
#include "row_matrix.hpp"

namespace jetrain::kernels {
namespace {

constexpr float kEpsilon = 1e-5F;

/// A batch norm of random rows, with its gradients.
struct Example {
  Example(std::int64_t rows, std::int64_t channels)
      : x(rows, channels, 1, 2.0F),
        dy(rows, channels, 2),
        gamma(normal_values(channels, 3, 1.0F)),
        beta(normal_values(channels, 4)),
        mean(static_cast<std::size_t>(channels)),
        variance(mean) {
    row_statistics(x, mean.data(), variance.data());
  }
  RowMatrix x;
  RowMatrix dy;
  std::vector<float> gamma;
  std::vector<float> beta;
  std::vector<float> mean;
  std::vector<float> variance;
};

template <class Visit>
void for_each_shape(Visit visit) {
  for (const std::int64_t channels : kChannelCounts) {
    for (const std::int64_t rows : kRowCounts) {
      SCOPED_TRACE(testing::Message() << rows << " rows, " << channels << " channels");
      visit(rows, channels);
    }
  }
  visit(3200, 20);
}

TEST(RowBatchNorm, StatisticsAreTheReferences) {
  for_each_shape([](std::int64_t rows, std::int64_t channels) {
    const Example e(rows, channels);
    std::vector<float> mean(e.mean);
    std::vector<float> variance(e.mean);
    reference::row_statistics(e.x, mean.data(), variance.data());
    expect_same(e.mean, mean);
    expect_same(e.variance, variance);
  });
}

TEST(RowBatchNorm, StatisticsAreGoodFarFromZero) {
  // Rows that grow, so that the first pass is far from the mean of all.
  RowMatrix x(3000, 3, 1, 1000.0F);
  for (std::int64_t r = 0; r < 3000; ++r) x.at(r, 1) += static_cast<float>(r) * 0.01F;
  for (std::int64_t r = 0; r < 3000; ++r) x.at(r, 2) = 7.25F;
  float mean[3];
  float variance[3];
  row_statistics(x, mean, variance);
  for (std::int64_t k = 0; k < 3; ++k) {
    double sum = 0;
    double squares = 0;
    for (std::int64_t r = 0; r < 3000; ++r) sum += x.at(r, k);
    for (std::int64_t r = 0; r < 3000; ++r) squares += std::pow(x.at(r, k) - sum / 3000, 2);
    EXPECT_NEAR(mean[k], sum / 3000, 1e-6 * std::abs(sum / 3000));
    EXPECT_NEAR(variance[k], squares / 3000, 2e-6 * squares / 3000);
  }
  EXPECT_EQ(mean[2], 7.25F);
  EXPECT_EQ(variance[2], 0.0F);
}

TEST(RowBatchNorm, NoRowsAndOneRowHaveNoVariance) {
  const Example none(0, 5);
  EXPECT_EQ(none.mean, std::vector<float>(5, 0.0F));
  EXPECT_EQ(none.variance, std::vector<float>(5, 0.0F));
  const Example one(1, 5);
  for (std::int64_t k = 0; k < 5; ++k) EXPECT_EQ(one.mean[static_cast<std::size_t>(k)], one.x.at(0, k));
  EXPECT_EQ(one.variance, std::vector<float>(5, 0.0F));
}

TEST(RowBatchNorm, BlocksOfWholePassesGiveTheBitsOfAllRows) {
  for (const std::int64_t channels : {20, 64, 100}) {
    const Example e(1500, channels);
    const auto width = static_cast<std::size_t>(padded_channels(channels));
    AlignedBuffer<float> memory(static_cast<std::size_t>(row_moments_floats(channels)));
    RowMoments moments = start_moments(channels, memory.data());
    const std::int64_t sizes[] = {256, 1024, 220};
    std::int64_t first = 0;
    for (const std::int64_t rows : sizes) {
      add_moments({e.x.view().row(first), rows, channels}, moments);
      first += rows;
    }
    std::vector<float> mean(e.mean);
    std::vector<float> variance(e.mean);
    finish_moments(moments, mean.data(), variance.data());
    expect_same(e.mean, mean);
    expect_same(e.variance, variance);

    AlignedBuffer<float> lines(static_cast<std::size_t>(row_line_floats(channels)));
    const RowLine line = row_line(channels, e.mean.data(), e.variance.data(), kEpsilon, e.gamma.data(),
                                  e.beta.data(), lines.data());
    AlignedBuffer<float> whole(2 * width);
    AlignedBuffer<float> blocks(2 * width);
    row_line_sums(e.x, e.dy, line, true, whole.data(), whole.data() + width);
    first = 0;
    for (const std::int64_t rows : sizes) {
      row_line_sums({e.x.view().row(first), rows, channels}, {e.dy.view().row(first), rows, channels}, line,
                    true, blocks.data(), blocks.data() + width);
      first += rows;
    }
    EXPECT_EQ(std::memcmp(whole.data(), blocks.data(), 2 * width * sizeof(float)), 0);
  }
}

TEST(RowBatchNorm, ForwardIsTheReference) {
  for_each_shape([](std::int64_t rows, std::int64_t channels) {
    const Example e(rows, channels);
    for (const bool rectify : {false, true}) {
      RowMatrix y(rows, channels);
      RowMatrix reference(rows, channels);
      row_batch_norm_forward(e.x, e.mean.data(), e.variance.data(), kEpsilon, e.gamma.data(), e.beta.data(),
                             rectify, y);
      reference::row_batch_norm_forward(e.x, e.mean.data(), e.variance.data(), kEpsilon, e.gamma.data(),
                                        e.beta.data(), rectify, reference);
      expect_same(y, reference);
    }
  });
}

TEST(RowBatchNorm, BackwardIsTheReference) {
  for_each_shape([](std::int64_t rows, std::int64_t channels) {
    const Example e(rows, channels);
    for (const bool rectify : {false, true}) {
      std::vector<float> gradients[4];
      for (auto& values : gradients) values.resize(static_cast<std::size_t>(channels));
      row_batch_norm_backward_parameters(e.x, e.dy, e.mean.data(), e.variance.data(), kEpsilon,
                                         e.gamma.data(), e.beta.data(), rectify, gradients[0].data(),
                                         gradients[1].data());
      reference::row_batch_norm_backward_parameters(e.x, e.dy, e.mean.data(), e.variance.data(), kEpsilon,
                                                    e.gamma.data(), e.beta.data(), rectify,
                                                    gradients[2].data(), gradients[3].data());
      expect_same(gradients[0], gradients[2]);
      expect_same(gradients[1], gradients[3]);
      RowMatrix dx(rows, channels);
      RowMatrix reference(rows, channels);
      row_batch_norm_backward_input(e.x, e.dy, e.mean.data(), e.variance.data(), kEpsilon, e.gamma.data(),
                                    e.beta.data(), rectify, gradients[0].data(), gradients[1].data(), dx);
      reference::row_batch_norm_backward_input(e.x, e.dy, e.mean.data(), e.variance.data(), kEpsilon,
                                               e.gamma.data(), e.beta.data(), rectify, gradients[0].data(),
                                               gradients[1].data(), reference);
      expect_same(dx, reference);
    }
  });
}

/// sum of dy y in double, the statistics those of x.
double loss(const Example& e, const std::vector<double>& x, std::int64_t k, double gamma, double beta) {
  const auto rows = static_cast<double>(x.size());
  double mean = 0;
  double variance = 0;
  for (const double value : x) mean += value / rows;
  for (const double value : x) variance += (value - mean) * (value - mean) / rows;
  double sum = 0;
  for (std::size_t r = 0; r < x.size(); ++r) {
    const double y = gamma * (x[r] - mean) / std::sqrt(variance + kEpsilon) + beta;
    sum += std::max(y, 0.0) * e.dy.at(static_cast<std::int64_t>(r), k);
  }
  return sum;
}

TEST(RowBatchNorm, GradientsAreThoseOfFiniteDifferences) {
  const std::int64_t rows = 37;
  const Example e(rows, 7);
  std::vector<float> dgamma(7);
  std::vector<float> dbeta(7);
  RowMatrix dx(rows, 7);
  row_batch_norm_backward_parameters(e.x, e.dy, e.mean.data(), e.variance.data(), kEpsilon, e.gamma.data(),
                                     e.beta.data(), true, dgamma.data(), dbeta.data());
  row_batch_norm_backward_input(e.x, e.dy, e.mean.data(), e.variance.data(), kEpsilon, e.gamma.data(),
                                e.beta.data(), true, dgamma.data(), dbeta.data(), dx);
  const double step = 1e-6;
  for (std::int64_t k = 0; k < 7; ++k) {
    const auto channel = static_cast<std::size_t>(k);
    const double gamma = e.gamma[channel];
    const double beta = e.beta[channel];
    std::vector<double> x;
    for (std::int64_t r = 0; r < rows; ++r) x.push_back(e.x.at(r, k));
    const auto slope = [&](auto at) { return (at(step) - at(-step)) / (2 * step); };
    EXPECT_NEAR(dgamma[channel], slope([&](double d) { return loss(e, x, k, gamma + d, beta); }), 2e-4);
    EXPECT_NEAR(dbeta[channel], slope([&](double d) { return loss(e, x, k, gamma, beta + d); }), 2e-4);
    for (std::int64_t r = 0; r < rows; ++r) {
      const double exact = slope([&](double d) {
        std::vector<double> moved = x;
        moved[static_cast<std::size_t>(r)] += d;
        return loss(e, moved, k, gamma, beta);
      });
      EXPECT_NEAR(dx.at(r, k), exact, 2e-4) << r << " " << k;
    }
  }
}

TEST(RowBatchNorm, NanStaysNan) {
  Example e(300, 20);
  e.x.at(270, 3) = std::numeric_limits<float>::quiet_NaN();
  row_statistics(e.x, e.mean.data(), e.variance.data());
  EXPECT_TRUE(std::isnan(e.mean[3]));
  EXPECT_TRUE(std::isnan(e.variance[3]));
  EXPECT_FALSE(std::isnan(e.variance[4]));
  RowMatrix y(300, 20);
  row_batch_norm_forward(e.x, e.mean.data(), e.variance.data(), kEpsilon, e.gamma.data(), e.beta.data(), true,
                         y);
  EXPECT_TRUE(std::isnan(y.at(0, 3)));
  EXPECT_FALSE(std::isnan(y.at(0, 4)));
}

}  // namespace
}  // namespace jetrain::kernels

#include "kernels/dense.hpp"

#include <cblas.h>
#include <gtest/gtest.h>

#include <ostream>

#include "kernels/exact_sum.hpp"
#include "leaf.hpp"

namespace jetrain::kernels {

void PrintTo(const DenseShape& shape, std::ostream* out) {
  *out << shape.inputs << "->" << shape.outputs;
}

namespace {

using test::aligned;
using test::random_values;

using Sums = std::vector<std::int64_t>;

std::vector<double> values(const Sums& sums) {
  std::vector<double> values;
  for (const std::int64_t sum : sums) values.push_back(exact_value(sum));
  return values;
}

class Dense : public testing::TestWithParam<DenseShape> {
 protected:
  double tolerance(std::int64_t terms) const { return 1e-6 * std::sqrt(static_cast<double>(terms)) + 1e-6; }

  std::mt19937 engine_{20};
  DenseShape shape_ = GetParam();
  std::vector<float> weights_ = random_values(shape_.inputs * shape_.outputs, engine_);
  std::vector<float> bias_ = random_values(shape_.outputs, engine_);
  AlignedBuffer<float> x_ = aligned(random_values(shape_.inputs * kLanes, engine_));
  AlignedBuffer<float> dy_ = aligned(random_values(shape_.outputs * kLanes, engine_));
};

TEST_P(Dense, ForwardEqualsReference) {
  for (const bool relu : {false, true}) {
    AlignedBuffer<float> y(dy_.size());
    AlignedBuffer<float> expected(dy_.size());
    dense_forward(shape_, x_.data(), weights_.data(), bias_.data(), relu, y.data());
    reference::dense_forward(shape_, x_.data(), weights_.data(), bias_.data(), relu, expected.data());
    EXPECT_LT(test::largest_difference(y, expected), tolerance(shape_.inputs));
  }
}

TEST_P(Dense, InputGradientEqualsReferenceWithAndWithoutMask) {
  const AlignedBuffer<float> mask = aligned(random_values(shape_.inputs * kLanes, engine_));
  for (const float* m : {static_cast<const float*>(nullptr), mask.data()}) {
    AlignedBuffer<float> dx(x_.size());
    AlignedBuffer<float> expected(x_.size());
    dense_backward_input(shape_, dy_.data(), weights_.data(), m, dx.data());
    reference::dense_backward_input(shape_, dy_.data(), weights_.data(), m, expected.data());
    EXPECT_LT(test::largest_difference(dx, expected), tolerance(shape_.outputs));
  }
}

TEST_P(Dense, WeightGradientIsAddedAndEqualsReference) {
  AlignedBuffer<float> scratch(static_cast<std::size_t>(dense_scratch_floats(shape_)));
  const float limit = exact_sum_limit(3);
  Sums dweights(weights_.size(), std::int64_t{1} << 40);
  Sums dbias(bias_.size(), std::int64_t{-1} << 40);
  Sums expected_dweights = dweights;
  Sums expected_dbias = dbias;
  for (int leaf = 0; leaf < 2; ++leaf) {
    EXPECT_TRUE(dense_backward_weights(shape_, x_.data(), dy_.data(), limit, scratch.data(), dweights.data(),
                                       dbias.data()));
    EXPECT_TRUE(reference::dense_backward_weights(shape_, x_.data(), dy_.data(), limit, scratch.data(),
                                                  expected_dweights.data(), expected_dbias.data()));
  }
  EXPECT_LT(test::largest_difference(values(dweights), values(expected_dweights)), 1e-5);
  EXPECT_LT(test::largest_difference(values(dbias), values(expected_dbias)), 1e-5);
}

TEST_P(Dense, WeightGradientIsTheSameWithoutABias) {
  AlignedBuffer<float> scratch(static_cast<std::size_t>(dense_scratch_floats(shape_)));
  const float limit = exact_sum_limit(1);
  Sums dbias(bias_.size());
  Sums expected(weights_.size());
  Sums dweights(weights_.size());
  EXPECT_TRUE(dense_backward_weights(shape_, x_.data(), dy_.data(), limit, scratch.data(), expected.data(),
                                     dbias.data()));
  EXPECT_TRUE(
      dense_backward_weights(shape_, x_.data(), dy_.data(), limit, scratch.data(), dweights.data(), nullptr));
  EXPECT_EQ(dweights, expected);
  Sums of_reference(weights_.size());
  EXPECT_TRUE(reference::dense_backward_weights(shape_, x_.data(), dy_.data(), limit, nullptr,
                                                of_reference.data(), nullptr));
  EXPECT_LT(test::largest_difference(values(dweights), values(of_reference)), 1e-5);
}

TEST_P(Dense, WeightGradientReportsWhatMayNotBeSummed) {
  AlignedBuffer<float> scratch(static_cast<std::size_t>(dense_scratch_floats(shape_)));
  const auto is_accepted = [&](float limit) {
    Sums dweights(weights_.size());
    Sums dbias(bias_.size());
    return dense_backward_weights(shape_, x_.data(), dy_.data(), limit, scratch.data(), dweights.data(),
                                  dbias.data());
  };
  EXPECT_TRUE(is_accepted(1e3F));
  EXPECT_FALSE(is_accepted(1e-9F));
  const auto last_of_dy = static_cast<std::size_t>(shape_.outputs * kLanes - 1);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity(), -1e30F}) {
    dy_[last_of_dy] = bad;
    EXPECT_FALSE(is_accepted(1e3F)) << bad;
  }
}

TEST_P(Dense, ForwardEqualsOpenblas) {
  const int inputs = static_cast<int>(shape_.inputs);
  const int outputs = static_cast<int>(shape_.outputs);
  const int lanes = static_cast<int>(kLanes);
  const std::vector<float> no_bias(bias_.size());
  AlignedBuffer<float> y(dy_.size());
  AlignedBuffer<float> expected(dy_.size());
  dense_forward(shape_, x_.data(), weights_.data(), no_bias.data(), false, y.data());
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, outputs, lanes, inputs, 1.0F, weights_.data(), outputs,
              x_.data(), lanes, 0.0F, expected.data(), lanes);
  EXPECT_LT(test::largest_difference(y, expected), 2 * tolerance(shape_.inputs));
}

std::vector<DenseShape> shapes() {
  std::vector<DenseShape> shapes;
  for (const std::int64_t inputs : {1, 2, 3, 7, 8, 17, 64}) {
    for (const std::int64_t outputs : {1, 2, 3, 10, 15, 16, 17, 33, 64}) shapes.push_back({inputs, outputs});
  }
  for (const std::int64_t inputs : {127, 300, 3200}) shapes.push_back({inputs, 64});
  shapes.push_back({129, 100});
  return shapes;
}

INSTANTIATE_TEST_SUITE_P(Shapes, Dense, testing::ValuesIn(shapes()));

TEST(DenseReference, GradientsAreDifferenceQuotients) {
  const DenseShape shape{5, 3};
  std::mt19937 engine(3);
  std::vector<float> weights = random_values(15, engine);
  std::vector<float> bias = random_values(3, engine);
  std::vector<float> x = random_values(5 * kLanes, engine);
  const std::vector<float> dy = random_values(3 * kLanes, engine);
  const auto weighted_sum = [&] {
    std::vector<float> y(dy.size());
    reference::dense_forward(shape, x.data(), weights.data(), bias.data(), false, y.data());
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(y[i]) * dy[i];
    return sum;
  };
  const auto quotient = [&](float& argument) {  // exact, as everything is linear
    const double before = weighted_sum();
    argument += 1.0F;
    const double after = weighted_sum();
    argument -= 1.0F;
    return after - before;
  };
  Sums dweights(15);
  Sums dbias(3);
  EXPECT_TRUE(reference::dense_backward_weights(shape, x.data(), dy.data(), 1e3F, nullptr, dweights.data(),
                                                dbias.data()));
  for (std::size_t i = 0; i < 15; ++i) EXPECT_NEAR(exact_value(dweights[i]), quotient(weights[i]), 1e-4);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(exact_value(dbias[i]), quotient(bias[i]), 1e-4);
  std::vector<float> dx(x.size());
  reference::dense_backward_input(shape, dy.data(), weights.data(), nullptr, dx.data());
  for (std::size_t i = 0; i < x.size(); i += 7) EXPECT_NEAR(dx[i], quotient(x[i]), 1e-4);
}

}  // namespace
}  // namespace jetrain::kernels

#include "kernels/conv2d.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "leaf.hpp"

namespace jetrain::kernels {

/// A convolution of rows x columns images.
struct ConvCase {
  std::int64_t in_channels;
  std::int64_t out_channels;
  std::int64_t kernel_rows;
  std::int64_t kernel_columns;
  std::int64_t rows;
  std::int64_t columns;
  bool same;
  std::int64_t stride = 1;
  std::int64_t groups = 1;

  Conv2dShape shape() const {
    return {.in_channels = in_channels,
            .out_channels = out_channels,
            .kernel_rows = kernel_rows,
            .kernel_columns = kernel_columns,
            .pad_top = same ? pad(rows, kernel_rows) : 0,
            .pad_left = same ? pad(columns, kernel_columns) : 0,
            .stride = stride,
            .groups = groups};
  }
  /// TensorFlow's `same`: as many zeros in all as make ceil(inputs / stride) outputs, the smaller half
  /// before.
  std::int64_t pad(std::int64_t inputs, std::int64_t kernel) const {
    return std::max<std::int64_t>(0, ((inputs + stride - 1) / stride - 1) * stride + kernel - inputs) / 2;
  }
  std::int64_t outputs(std::int64_t inputs, std::int64_t kernel) const {
    return same ? (inputs + stride - 1) / stride : (inputs - kernel) / stride + 1;
  }
  std::int64_t out_rows() const { return outputs(rows, kernel_rows); }
  std::int64_t out_columns() const { return outputs(columns, kernel_columns); }

  test::Leaf input() const {
    const Conv2dShape s = shape();
    const Margins high = input_margins(rows, out_rows(), kernel_rows, s.pad_top, stride);
    const Margins wide = input_margins(columns, out_columns(), kernel_columns, s.pad_left, stride);
    return {in_channels, rows, columns, {high.before, high.after, wide.before, wide.after}};
  }
  test::Leaf output() const { return {out_channels, out_rows(), out_columns(), {1, 1, 1, 1}}; }
  test::Leaf output_gradient() const {
    const Conv2dShape s = shape();
    const Margins high = output_gradient_margins(rows, out_rows(), kernel_rows, s.pad_top, stride);
    const Margins wide = output_gradient_margins(columns, out_columns(), kernel_columns, s.pad_left, stride);
    return {out_channels, out_rows(), out_columns(), {high.before, high.after, wide.before, wide.after}};
  }
  std::int64_t weights() const { return shape().weight_count(); }
};

void PrintTo(const ConvCase& c, std::ostream* out) {
  *out << c.in_channels << "->" << c.out_channels << " kernel " << c.kernel_rows << "x" << c.kernel_columns
       << " image " << c.rows << "x" << c.columns << (c.same ? " same" : " valid") << " stride " << c.stride
       << " groups " << c.groups;
}

namespace {

using test::Leaf;
using test::random_values;

class Conv2d : public testing::TestWithParam<ConvCase> {
 protected:
  /// Rounding of sums of so many products of numbers below 1, with room.
  double tolerance(std::int64_t terms) const { return 1e-6 * std::sqrt(static_cast<double>(terms)) + 1e-6; }

  std::mt19937 engine_{20};
  ConvCase case_ = GetParam();
  Conv2dShape shape_ = case_.shape();
  std::vector<float> weights_ = random_values(case_.weights(), engine_);
  std::vector<float> bias_ = random_values(case_.out_channels, engine_);
  Leaf x_ = std::move(case_.input().randomize(engine_));
  Leaf dy_ = std::move(case_.output_gradient().randomize(engine_));
};

TEST_P(Conv2d, ForwardEqualsReferenceAndLeavesTheHaloAlone) {
  for (const bool relu : {false, true}) {
    Leaf expected = case_.output();
    Leaf y = std::move(case_.output().fill_all(7.0F));
    reference::conv2d_forward(shape_, x_.planes(), weights_.data(), bias_.data(), relu, expected.planes());
    conv2d_forward(shape_, x_.planes(), weights_.data(), bias_.data(), relu, y.planes());
    EXPECT_LT(test::largest_difference(y.values(), expected.values()),
              tolerance(case_.weights() / case_.out_channels));
    EXPECT_EQ(y.halo_values_other_than(7.0F), 0);
  }
}

TEST_P(Conv2d, InputGradientEqualsReferenceWithAndWithoutMask) {
  const Leaf mask = std::move(case_.input().randomize(engine_));
  const ConstPlanes with_mask = mask.planes();
  for (const ConstPlanes& planes : {ConstPlanes{}, with_mask}) {
    Leaf expected = case_.input();
    Leaf dx = std::move(case_.input().fill_all(7.0F));
    reference::conv2d_backward_input(shape_, dy_.planes(), weights_.data(), planes, expected.planes());
    conv2d_backward_input(shape_, dy_.planes(), weights_.data(), planes, dx.planes());
    EXPECT_LT(test::largest_difference(dx.values(), expected.values()),
              tolerance(case_.weights() / case_.in_channels + 1));
    EXPECT_EQ(dx.halo_values_other_than(7.0F), 0);
  }
}

TEST_P(Conv2d, WeightGradientEqualsReference) {
  std::vector<float> dweights(weights_.size(), 7.0F);
  std::vector<float> dbias(bias_.size(), 7.0F);
  std::vector<float> expected_dweights(weights_.size());
  std::vector<float> expected_dbias(bias_.size());
  conv2d_backward_weights(shape_, x_.planes(), dy_.planes(), dweights.data(), dbias.data());
  reference::conv2d_backward_weights(shape_, x_.planes(), dy_.planes(), expected_dweights.data(),
                                     expected_dbias.data());
  const std::int64_t terms = case_.out_rows() * case_.out_columns() * kLanes;
  EXPECT_LT(test::largest_difference(dweights, expected_dweights), tolerance(terms));
  EXPECT_LT(test::largest_difference(dbias, expected_dbias), tolerance(terms));
}

std::vector<ConvCase> cases() {
  std::vector<ConvCase> cases;
  for (const bool same : {false, true}) {
    for (const std::int64_t kernel : {1, 2, 3, 4, 5, 7}) {
      cases.push_back({2, 3, kernel, kernel, 9, 11, same});
      cases.push_back({1, 8, kernel, kernel, 8, 10, same});
      cases.push_back({8, 8, kernel, kernel, 7, 7, same});
    }
    for (const std::int64_t in : {1, 3, 5, 17}) {
      for (const std::int64_t out : {1, 2, 5, 16, 17}) cases.push_back({in, out, 3, 3, 5, 6, same});
    }
    cases.push_back({32, 32, 3, 3, 5, 5, same});
    cases.push_back({3, 2, 2, 5, 6, 13, same});
    cases.push_back({2, 3, 7, 1, 8, 3, same});
    for (std::int64_t columns = 4; columns < 13; ++columns) cases.push_back({2, 4, 1, 3, 3, columns, same});
  }
  for (const bool same : {false, true}) {
    for (const std::int64_t stride : {2, 3}) {
      for (const std::int64_t kernel : {1, 2, 3, 4, 7}) {
        cases.push_back({2, 5, kernel, kernel, 9, 12, same, stride});
        cases.push_back({4, 6, kernel, kernel, 8, 7, same, stride, 2});
      }
    }
    cases.push_back({8, 8, 3, 3, 6, 7, same, 1, 8});
    cases.push_back({6, 9, 3, 2, 6, 7, same, 1, 3});
  }
  cases.push_back({3, 2, 3, 3, 2, 1, true, 4});
  cases.push_back({2, 2, 5, 5, 1, 1, true});
  cases.push_back({2, 2, 5, 5, 5, 5, false});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Shapes, Conv2d, testing::ValuesIn(cases()));

/// The loss sum(y * dy) of the reference, in double enough for finite differences.
double weighted_sum(const ConvCase& c, const Leaf& x, const std::vector<float>& weights,
                    const std::vector<float>& bias, const Leaf& dy) {
  Leaf y = c.output();
  reference::conv2d_forward(c.shape(), x.planes(), weights.data(), bias.data(), false, y.planes());
  const std::vector<float> a = y.values();
  const std::vector<float> b = dy.values();
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// The convolution is linear in each argument: a difference quotient with step 1 is exact up to rounding.
TEST(Conv2dReference, GradientsAreDifferenceQuotients) {
  for (const bool same : {false, true}) {
    const ConvCase c{2, 3, 3, 2, 5, 4, same};
    std::mt19937 engine(7);
    std::vector<float> weights = random_values(c.weights(), engine);
    std::vector<float> bias = random_values(c.out_channels, engine);
    const Leaf x = std::move(c.input().randomize(engine));
    const Leaf dy = std::move(c.output_gradient().randomize(engine));
    const auto quotient = [&](float& argument) {
      const double before = weighted_sum(c, x, weights, bias, dy);
      argument += 1.0F;
      const double after = weighted_sum(c, x, weights, bias, dy);
      argument -= 1.0F;
      return after - before;
    };
    std::vector<float> dweights(weights.size());
    std::vector<float> dbias(bias.size());
    reference::conv2d_backward_weights(c.shape(), x.planes(), dy.planes(), dweights.data(), dbias.data());
    for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_NEAR(dweights[i], quotient(weights[i]), 1e-3);
    for (std::size_t i = 0; i < bias.size(); ++i) EXPECT_NEAR(dbias[i], quotient(bias[i]), 1e-3);
    Leaf dx = c.input();
    reference::conv2d_backward_input(c.shape(), dy.planes(), weights.data(), {}, dx.planes());
    for (std::int64_t i = 0; i < c.columns * kLanes; i += 5) {
      EXPECT_NEAR(dx.planes().at(1, 2, 0)[i], quotient(x.planes().at(1, 2, 0)[i]), 1e-3);
    }
  }
}

TEST(Conv2dForward, DoesNotHideANan) {
  const ConvCase c{1, 1, 1, 1, 2, 2, true};
  Leaf x = c.input();
  x.planes().at(0, 1, 1)[3] = std::numeric_limits<float>::quiet_NaN();
  Leaf y = c.output();
  const float weight = 1;
  const float bias = 0;
  conv2d_forward(c.shape(), x.planes(), &weight, &bias, true, y.planes());
  EXPECT_TRUE(std::isnan(y.planes().at(0, 1, 1)[3]));
}

}  // namespace
}  // namespace jetrain::kernels

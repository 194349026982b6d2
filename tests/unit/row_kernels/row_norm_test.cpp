#include "row_kernels/row_norm.hpp"

#include "row_matrix.hpp"

namespace jetrain::kernels {
namespace {

constexpr float kEpsilon = 1e-5F;

/// Rows with what a normalisation makes of them, forward and backward.
struct Norm {
  Norm(std::int64_t rows, std::int64_t channels)
      : x(rows, channels, 1, 2.0F),
        dy(rows, channels, 2),
        gamma(normal_values(channels, 3, 1.0F)),
        beta(normal_values(channels, 4)),
        y(rows, channels),
        dx(rows, channels),
        kept(static_cast<std::size_t>(row_norm_kept_floats(rows))),
        dgamma(static_cast<std::size_t>(channels)),
        dbeta(static_cast<std::size_t>(channels)) {}

  void layer_norm() {
    layer_norm_forward(x, kEpsilon, gamma.data(), beta.data(), kept.data(), y);
    layer_norm_backward_input(x, dy, gamma.data(), kept.data(), dx);
    layer_norm_backward_parameters(x, dy, kept.data(), dgamma.data(), dbeta.data());
  }
  void reference_layer_norm() {
    reference::layer_norm_forward(x, kEpsilon, gamma.data(), beta.data(), kept.data(), y);
    reference::layer_norm_backward_input(x, dy, gamma.data(), kept.data(), dx);
    reference::layer_norm_backward_parameters(x, dy, kept.data(), dgamma.data(), dbeta.data());
  }
  void rms_norm() {
    rms_norm_forward(x, kEpsilon, gamma.data(), kept.data(), y);
    rms_norm_backward_input(x, dy, gamma.data(), kept.data(), dx);
    rms_norm_backward_parameters(x, dy, kept.data(), dgamma.data());
  }
  void reference_rms_norm() {
    reference::rms_norm_forward(x, kEpsilon, gamma.data(), kept.data(), y);
    reference::rms_norm_backward_input(x, dy, gamma.data(), kept.data(), dx);
    reference::rms_norm_backward_parameters(x, dy, kept.data(), dgamma.data());
  }

  RowMatrix x;
  RowMatrix dy;
  std::vector<float> gamma;
  std::vector<float> beta;
  RowMatrix y;
  RowMatrix dx;
  std::vector<float> kept;
  std::vector<float> dgamma;
  std::vector<float> dbeta;
};

void expect_equal(void (Norm::*kernel)(), void (Norm::*reference)()) {
  for (const std::int64_t channels : kChannelCounts) {
    for (const std::int64_t rows : {0, 1, 3, 257, 700, 3200}) {
      if (rows > 700 && channels != 100) continue;
      SCOPED_TRACE(testing::Message() << rows << " rows, " << channels << " channels");
      Norm a(rows, channels);
      Norm b(rows, channels);
      (a.*kernel)();
      (b.*reference)();
      expect_same(a.y, b.y);
      expect_same(a.kept, b.kept);
      expect_same(a.dx, b.dx);
      expect_same(a.dgamma, b.dgamma);
      expect_same(a.dbeta, b.dbeta);
    }
  }
}

TEST(RowNorm, LayerNormIsTheReference) {
  expect_equal(&Norm::layer_norm, &Norm::reference_layer_norm);
}

TEST(RowNorm, RmsNormIsTheReference) {
  expect_equal(&Norm::rms_norm, &Norm::reference_rms_norm);
}

/// sum of dy y in double.
double loss(const Norm& n, const std::vector<double>& x, const std::vector<double>& gamma, bool centred,
            std::int64_t r) {
  const auto channels = static_cast<double>(x.size());
  double mean = 0;
  double variance = 0;
  if (centred) {
    for (const double value : x) mean += value / channels;
  }
  for (const double value : x) variance += (value - mean) * (value - mean) / channels;
  double sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double normal = (x[k] - mean) / std::sqrt(variance + kEpsilon);
    sum += n.dy.at(r, static_cast<std::int64_t>(k)) * (gamma[k] * normal + (centred ? n.beta[k] : 0.0F));
  }
  return sum;
}

void expect_gradients(Norm& n, bool centred) {
  const double step = 1e-6;
  std::vector<double> dgamma(n.gamma.size());
  std::vector<double> gamma(n.gamma.begin(), n.gamma.end());
  for (std::int64_t r = 0; r < n.x.rows(); ++r) {
    std::vector<double> x;
    double y = 0;
    for (std::int64_t k = 0; k < n.x.channels(); ++k) x.push_back(n.x.at(r, k));
    for (std::int64_t k = 0; k < n.x.channels(); ++k) y += n.y.at(r, k) * n.dy.at(r, k);
    EXPECT_NEAR(y, loss(n, x, gamma, centred, r), 1e-5);
    for (std::size_t k = 0; k < x.size(); ++k) {
      const auto slope = [&](std::vector<double>& of) {
        const double value = of[k];
        of[k] = value + step;
        const double above = loss(n, x, gamma, centred, r);
        of[k] = value - step;
        const double below = loss(n, x, gamma, centred, r);
        of[k] = value;
        return (above - below) / (2 * step);
      };
      EXPECT_NEAR(n.dx.at(r, static_cast<std::int64_t>(k)), slope(x), 1e-4);
      dgamma[k] += slope(gamma);
    }
  }
  for (std::size_t k = 0; k < dgamma.size(); ++k) EXPECT_NEAR(n.dgamma[k], dgamma[k], 1e-4);
}

TEST(RowNorm, GradientsAreThoseOfFiniteDifferences) {
  Norm layer(9, 21);
  layer.layer_norm();
  expect_gradients(layer, true);
  Norm rms(9, 21);
  rms.rms_norm();
  expect_gradients(rms, false);
  for (std::int64_t k = 0; k < 21; ++k) {
    double sum = 0;
    for (std::int64_t r = 0; r < 9; ++r) sum += layer.dy.at(r, k);
    EXPECT_NEAR(layer.dbeta[static_cast<std::size_t>(k)], sum, 1e-5);
  }
}

TEST(RowNorm, RowsDoNotSeeEachOther) {
  Norm n(40, 20);
  n.layer_norm();
  Norm alone(1, 20);
  for (std::int64_t k = 0; k < 20; ++k) alone.x.at(0, k) = n.x.at(33, k);
  n.x.at(32, 7) = std::nanf("");
  n.layer_norm();
  alone.layer_norm();
  for (std::int64_t k = 0; k < 20; ++k) EXPECT_TRUE(same_bits(alone.y.at(0, k), n.y.at(33, k)));
  EXPECT_TRUE(std::isnan(n.y.at(32, 0)));
}

}  // namespace
}  // namespace jetrain::kernels

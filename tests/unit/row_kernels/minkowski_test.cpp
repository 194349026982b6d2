#include "row_kernels/minkowski.hpp"

#include <limits>

#include "row_matrix.hpp"

namespace jetrain::kernels {
namespace {

using Momenta = std::vector<std::array<double, 4>>;

/// Momenta as constituents have them, of small masses, in GeV, and a little moved.
RowMatrix constituents(std::int64_t rows) {
  RowMatrix x(rows, 8, 5);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t k = 1; k < 4; ++k) x.at(r, k) *= 40.0F;
    for (std::int64_t k = 4; k < 8; ++k) x.at(r, k) *= 1e-3F;
    const double square = std::pow(x.at(r, 1), 2) + std::pow(x.at(r, 2), 2) + std::pow(x.at(r, 3), 2);
    x.at(r, 0) = static_cast<float>(std::sqrt(square) * (1 + 0.001 * std::abs(x.at(r, 0))));
  }
  return x;
}

Momenta in_double(const RowMatrix& x) {
  Momenta momenta(static_cast<std::size_t>(x.rows()));
  for (std::size_t r = 0; r < momenta.size(); ++r) {
    const float* const row = x.view().row(static_cast<std::int64_t>(r));
    for (std::size_t k = 0; k < 4; ++k)
      momenta[r][k] = static_cast<double>(row[k]) + static_cast<double>(row[4 + k]);
  }
  return momenta;
}

double dot(const std::array<double, 4>& p, const std::array<double, 4>& q) {
  return p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3];
}

double psi(double t) {
  return std::copysign(std::log1p(std::abs(t)), t);
}

double norm_feature(const std::array<double, 4>& p, const std::array<double, 4>& q) {
  const std::array<double, 4> d{p[0] - q[0], p[1] - q[1], p[2] - q[2], p[3] - q[3]};
  return psi(dot(d, d));
}

struct Leaf {
  explicit Leaf(const std::vector<std::int64_t>& jets)
      : sets(offsets_of(jets)),
        x(constituents(sets.rows())),
        words(static_cast<std::size_t>(edge_words(sets.rows(), all_edges_count(sets)))),
        edges(all_edges(sets, words.data())),
        norms(static_cast<std::size_t>(edges.count())),
        dots(norms.size()) {}
  RowOffsets sets;
  RowMatrix x;
  std::vector<std::int32_t> words;
  Edges edges;
  std::vector<float> norms, dots;
};

const std::vector<std::int64_t> kJets{7, 1, 0, 12, 2, 33};

TEST(Minkowski, EdgesAreAllOrderedPairsOfDifferentConstituents) {
  const Leaf leaf(kJets);
  std::int64_t edge = 0;
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    for (std::int64_t i = leaf.sets.begin(sample); i < leaf.sets.begin(sample + 1); ++i) {
      EXPECT_EQ(leaf.edges.begin(i), edge);
      for (std::int64_t j = leaf.sets.begin(sample); j < leaf.sets.begin(sample + 1); ++j) {
        if (j == i) continue;
        EXPECT_EQ(leaf.edges.sources[edge], i);
        EXPECT_EQ(leaf.edges.targets[edge], j);
        ++edge;
      }
    }
  }
  EXPECT_EQ(leaf.edges.count(), edge);
  EXPECT_EQ(all_edges_count(leaf.sets), edge);
}

TEST(Minkowski, FeaturesAreTheEquations) {
  Leaf leaf(kJets);
  minkowski_features(leaf.x, leaf.sets, leaf.norms.data(), leaf.dots.data());
  const Momenta momenta = in_double(leaf.x);
  for (std::int64_t e = 0; e < leaf.edges.count(); ++e) {
    const auto& p = momenta[static_cast<std::size_t>(leaf.edges.sources[e])];
    const auto& q = momenta[static_cast<std::size_t>(leaf.edges.targets[e])];
    EXPECT_NEAR(leaf.norms[static_cast<std::size_t>(e)], norm_feature(p, q), 1e-6);
    EXPECT_NEAR(leaf.dots[static_cast<std::size_t>(e)], psi(dot(p, q)), 1e-6);
  }
  std::vector<float> masses(momenta.size());
  minkowski_masses(leaf.x, masses.data());
  for (std::size_t r = 0; r < momenta.size(); ++r)
    EXPECT_NEAR(masses[r], psi(dot(momenta[r], momenta[r])), 1e-6);
}

TEST(Minkowski, HasTheBitsOfTheReference) {
  Leaf leaf(kJets);
  Leaf scalar(kJets);
  minkowski_features(leaf.x, leaf.sets, leaf.norms.data(), leaf.dots.data());
  reference::minkowski_features(scalar.x, scalar.sets, scalar.norms.data(), scalar.dots.data());
  expect_same(leaf.norms, scalar.norms);
  expect_same(leaf.dots, scalar.dots);
  RowMatrix dx(leaf.x.rows(), 4, 6);
  RowMatrix dx_of_reference(leaf.x.rows(), 4, 6);
  const std::vector<float> dnorms = normal_values(leaf.edges.count(), 7);
  const std::vector<float> ddots = normal_values(leaf.edges.count(), 8);
  minkowski_features_backward(leaf.x, leaf.sets, dnorms.data(), ddots.data(), dx);
  reference::minkowski_features_backward(leaf.x, leaf.sets, dnorms.data(), ddots.data(), dx_of_reference);
  expect_same(dx, dx_of_reference);
}

TEST(Minkowski, GradientsAreSlopes) {
  const Leaf leaf({4, 1, 3});
  const std::vector<float> dnorms = normal_values(leaf.edges.count(), 7);
  const std::vector<float> ddots = normal_values(leaf.edges.count(), 8);
  const auto loss = [&](const Momenta& momenta) {
    double sum = 0;
    for (std::int64_t e = 0; e < leaf.edges.count(); ++e) {
      const auto& p = momenta[static_cast<std::size_t>(leaf.edges.sources[e])];
      const auto& q = momenta[static_cast<std::size_t>(leaf.edges.targets[e])];
      sum += static_cast<double>(dnorms[static_cast<std::size_t>(e)]) * norm_feature(p, q) +
             static_cast<double>(ddots[static_cast<std::size_t>(e)]) * psi(dot(p, q));
    }
    return sum;
  };
  RowMatrix dx(leaf.x.rows(), 4, 6);
  const RowMatrix before(leaf.x.rows(), 4, 6);
  minkowski_features_backward(leaf.x, leaf.sets, dnorms.data(), ddots.data(), dx);
  const Momenta momenta = in_double(leaf.x);
  for (std::size_t r = 0; r < momenta.size(); ++r) {
    for (std::size_t k = 0; k < 4; ++k) {
      constexpr double kStep = 1e-5;
      Momenta up = momenta;
      Momenta down = momenta;
      up[r][k] += kStep;
      down[r][k] -= kStep;
      const auto row = static_cast<std::int64_t>(r);
      const auto column = static_cast<std::int64_t>(k);
      EXPECT_NEAR(dx.at(row, column) - before.at(row, column), (loss(up) - loss(down)) / (2 * kStep), 1e-5)
          << r << " " << k;
    }
  }
}

TEST(Minkowski, DoesNotHideWhatIsNoNumber) {
  Leaf leaf({3});
  leaf.x.at(1, 0) = std::numeric_limits<float>::infinity();
  minkowski_features(leaf.x, leaf.sets, leaf.norms.data(), leaf.dots.data());
  EXPECT_TRUE(std::isnan(leaf.norms[0]));
  EXPECT_TRUE(std::isnan(leaf.dots[0]));
  EXPECT_FALSE(std::isnan(leaf.norms[1]));
}

}  // namespace
}  // namespace jetrain::kernels

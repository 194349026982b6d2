#include "jets/constituent_features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "io/dataset.hpp"
#include "io/hdf5_file.hpp"

namespace jetrain {
namespace {

constexpr std::size_t kAll = kValues<ConstituentFeature>.size() - 1;  // but columns

/// All features in their order, each scaled by scaling_of(feature).
template <std::size_t... I>
std::vector<ConstituentFeatureConfig> all_features(bool usual, std::index_sequence<I...>) {
  std::vector<ConstituentFeatureConfig> features{{ScaledFeature<static_cast<ConstituentFeature>(I)>{}}...};
  if (usual) return features;
  return {{ScaledFeature<static_cast<ConstituentFeature>(I)>{FeatureScaling{}}}...};
}

ConstituentsConfig config_of(ConstituentAxis axis, bool usual) {
  ConstituentsConfig config;
  config.axis = axis;
  config.features = all_features(usual, std::make_index_sequence<kAll>());
  return config;
}

/// What tests/data/make_golden_constituents.py wrote: numpy, in double precision.
class Golden {
 public:
  Golden() : file_(hdf5::open_file(TEST_DATA_DIR "/golden_constituents.h5")) {
    constituents = all<float>("constituents");
    counts = all<std::int64_t>("counts");
    sums = all<float>("sums");
  }
  template <class T>
  std::vector<T> all(const char* name) const {
    const auto dataset = hdf5::Dataset::open(file_, name);
    return dataset.read_rows<T>(0, dataset.rows());
  }
  std::vector<float> constituents;
  std::vector<std::int64_t> counts;
  std::vector<float> sums;

 private:
  hdf5::Handle file_;
};

/// One rounding to float, and what double leaves over of differences.
void expect_rounded(float found, double wanted, const std::string& what) {
  ASSERT_NEAR(static_cast<double>(found), wanted, 6.1e-8 * std::abs(wanted) + 2e-14) << what;
}

void expect_golden(const ConstituentsConfig& config, const char* name) {
  const Golden golden;
  const std::vector<double> wanted = golden.all<double>(name);
  const ConstituentFeatures features(config);
  ASSERT_EQ(features.features(), static_cast<std::int64_t>(kAll));
  std::size_t row = 0;
  for (std::size_t jet = 0; jet < golden.counts.size(); ++jet) {
    const auto n = static_cast<std::size_t>(golden.counts[jet]);
    std::vector<float> found(16 * n, NAN);
    std::vector<float> angles(16 * n, NAN);
    std::vector<float> fractions(n, NAN);
    features.compute(std::span(golden.constituents).subspan(4 * row, 4 * n), 4,
                     std::span(golden.sums).subspan(4 * jet, 4),
                     {found.data(), 16, angles.data(), 16, fractions.data(), 1});
    for (std::size_t i = 0; i < n; ++i, ++row) {
      const auto where = [&](std::size_t f) {
        return fmt::format("{} of constituent {} of jet {}, {}", kValues<ConstituentFeature>[f], i, jet,
                           name);
      };
      for (std::size_t f = 0; f < kAll; ++f)
        expect_rounded(found[16 * i + f], wanted[kAll * row + f], where(f));
      for (std::size_t f = kAll; f < 16; ++f) ASSERT_EQ(found[16 * i + f], 0.0F);
      expect_rounded(angles[16 * i], wanted[kAll * row], where(0));
      expect_rounded(angles[16 * i + 1], wanted[kAll * row + 1], where(1));
      for (std::size_t f = 2; f < 16; ++f) ASSERT_EQ(angles[16 * i + f], 0.0F);
      expect_rounded(fractions[i], wanted[kAll * row + 7], where(7));
    }
  }
  EXPECT_EQ(wanted.size(), kAll * row);
}

TEST(ConstituentFeatures, AgreeWithNumpy) {
  expect_golden(config_of(ConstituentAxis::jet, false), "jet");
  expect_golden(config_of(ConstituentAxis::leading, false), "leading");
  expect_golden(config_of(ConstituentAxis::weighted_mean, false), "weighted_mean");
}

TEST(ConstituentFeatures, AreShiftedScaledAndClippedAsUsual) {
  expect_golden(config_of(ConstituentAxis::jet, true), "usual");
}

TEST(ConstituentFeatures, AreThoseOfTheConfigInItsOrder) {
  ConstituentsConfig config;
  config.features = {{ScaledFeature<ConstituentFeature::e>{{1, 2, 0}}},
                     {ScaledFeature<ConstituentFeature::px>{{0, 1, 3}}}};
  const std::vector<float> jet{50, 30, 40, 0, 99, 10, -6, 8, 0, 99};  // with a further column
  std::vector<float> found(4);
  ConstituentFeatures(config).compute(jet, 5, std::array{60.0F, 24.0F, 48.0F, 0.0F}, {found.data(), 2});
  EXPECT_EQ(found, (std::vector<float>{98, 3, 18, -3}));
}

TEST(ConstituentFeatures, AreColumnsOfTheFiles) {
  ConstituentsConfig config;
  config.features = {{ColumnFeature{"pid", {211, -211}, {}}},
                     {ScaledFeature<ConstituentFeature::e>{}},
                     {ColumnFeature{"d0", {}, {0.5, 10, 20}}},
                     {ColumnFeature{"pid", {13}, {0, 2, 0}}}};
  const std::vector<float> jet{50, 30, 40, 0, 1.5F, -211, 10, -6, 8, 0, 4, 13, 5, 3, 4, 0, 0, 22};
  std::vector<float> found(12);
  const std::array sum{65.0F, 27.0F, 52.0F, 0.0F};
  ConstituentFeatures(config, {"d0", "pid"}).compute(jet, 6, sum, {found.data(), 4});
  EXPECT_EQ(found, (std::vector<float>{1, 50, 10, 0, 0, 10, 20, 2, 0, 5, -5, 0}));
  EXPECT_THROW(ConstituentFeatures(config, {"d0"}), std::logic_error);
}

TEST(ConstituentFeatures, OfTheLeadingOnesHaveFractionsOfThoseGiven) {
  const std::vector<float> jet{5, 3, 4, 0, 5, 4, -3, 0};
  std::vector<float> fractions(2);
  ConstituentFeatures(ConstituentsConfig{})
      .compute(jet, 4, std::array{1000.0F, 800.0F, 600.0F, 0.0F}, {.pt_fractions = fractions.data()});
  EXPECT_EQ(fractions, (std::vector<float>{0.5F, 0.5F}));
}

TEST(AxisPoint, IsTheAxisOfTheAngles) {
  const Golden golden;
  std::size_t row = 0;
  for (std::size_t jet = 0; jet < 10; ++jet) {
    const auto n = static_cast<std::size_t>(golden.counts[jet]);
    const auto constituents = std::span(golden.constituents).subspan(4 * row, 4 * n);
    const auto sum = std::span(golden.sums).subspan(4 * jet, 4);
    row += n;
    for (const ConstituentAxis axis : kValues<ConstituentAxis>) {
      const AxisPoint point = axis_point(axis, constituents, 4, sum);
      std::vector<float> angles(2 * n);
      ConstituentFeatures(config_of(axis, false)).compute(constituents, 4, sum, {.angles = angles.data()});
      const double eta = std::asinh(constituents[3] / std::hypot(constituents[1], constituents[2]));
      const double phi = std::atan2(constituents[2], constituents[1]);
      EXPECT_NEAR(std::abs(eta - point.eta), std::abs(angles[0]), 1e-6);
      EXPECT_NEAR(std::remainder(phi - point.phi - static_cast<double>(angles[1]), 2 * M_PI), 0, 1e-6);
    }
  }
  EXPECT_EQ(axis_point(ConstituentAxis::leading, {}, 4, std::array<float, 4>{}).eta, 0.0);
}

}  // namespace
}  // namespace jetrain

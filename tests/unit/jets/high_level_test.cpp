#include "jets/high_level.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "io/hdf5.hpp"
#include "io/hdf5_file.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kJets = 100;

std::vector<HighLevelFeature> all_features() {
  return {kValues<HighLevelFeature>.begin(), kValues<HighLevelFeature>.end()};
}

// Numbers from tests/data/make_golden_features.py: numpy, in double precision.
TEST(HighLevel, AgreesWithNumpy) {
  const std::vector<HighLevelFeature> features = all_features();
  std::vector<float> constituents(kJets * kConstituentFloats);
  hdf5::read_array(hdf5::open_file(TEST_DATA_DIR "/golden_images.h5"), "constituents",
                   {kJets, kConstituentFloats}, constituents.data());
  std::vector<double> expected(kJets * features.size());
  hdf5::read_array(hdf5::open_file(TEST_DATA_DIR "/golden_features.h5"), "features",
                   {kJets, std::ssize(features)}, expected.data());
  for (std::int64_t jet = 0; jet < kJets; ++jet) {
    const std::span<const float, kConstituentFloats> momenta(constituents.data() + jet * kConstituentFloats,
                                                             static_cast<std::size_t>(kConstituentFloats));
    std::vector<float> values(features.size());
    high_level_features(momenta, features, values.data());
    for (std::size_t i = 0; i < features.size(); ++i) {
      const double wanted = expected[static_cast<std::size_t>(jet) * features.size() + i];
      EXPECT_NEAR(values[i], wanted, 2e-6 * std::max(1.0, std::abs(wanted)))
          << word_of(features[i]).text << " of jet " << jet;
    }
  }
}

TEST(HighLevel, OfNothingIsNothing) {
  const std::array<float, kConstituentFloats> nothing{};
  std::vector<float> values(kValues<HighLevelFeature>.size(), 7.0F);
  high_level_features(nothing, all_features(), values.data());
  EXPECT_EQ(values, std::vector<float>(values.size(), 0.0F));
}

TEST(HighLevel, OfOneConstituent) {
  std::array<float, kConstituentFloats> one{};
  one[0] = 50.0F, one[1] = 30.0F, one[2] = 40.0F;
  float values[4];
  high_level_features(one,
                      {HighLevelFeature::pt, HighLevelFeature::mass, HighLevelFeature::tau_1,
                       HighLevelFeature::pt_dispersion},
                      values);
  EXPECT_FLOAT_EQ(values[0], 50.0F);
  EXPECT_EQ(values[1], 0.0F);
  EXPECT_EQ(values[2], 0.0F);
  EXPECT_FLOAT_EQ(values[3], 1.0F);
}

}  // namespace
}  // namespace jetrain

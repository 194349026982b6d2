// Images of several channels, and clouds, which become images later.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/random.hpp"
#include "io/hdf5.hpp"
#include "io/hdf5_file.hpp"
#include "jets/augmentation.hpp"
#include "jets/image.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kJets = 20;
constexpr std::int64_t kPixels = 4 * 40 * 40;

std::vector<float> constituents() {
  std::vector<float> values(100 * kConstituents * 4);
  hdf5::read_array(hdf5::open_file(TEST_DATA_DIR "/golden_images.h5"), "constituents",
                   {100, 4 * kConstituents}, values.data());
  return values;
}

std::span<const float> jet_of(const std::vector<float>& all, std::int64_t jet) {
  return std::span<const float>(all.data() + jet * kConstituents * 4,
                                static_cast<std::size_t>(4 * kConstituents));
}

/// Positions and values, as a maker writes them.
struct Sparse {
  explicit Sparse(const ImageMaker& maker)
      : positions(static_cast<std::size_t>(maker.most_entries())), values(positions.size()) {}
  void cut(std::int64_t count) {
    positions.resize(static_cast<std::size_t>(count));
    values.resize(static_cast<std::size_t>(count));
  }
  std::vector<float> dense() const {
    std::vector<float> image(kPixels, 0.0F);
    for (std::size_t i = 0; i < positions.size(); ++i) image[positions[i]] = values[i];
    return image;
  }
  std::vector<std::uint16_t> positions;
  std::vector<float> values;
};

Sparse image(const ImageMaker& maker, std::span<const float> jet) {
  Sparse sparse(maker);
  std::int64_t count = 0;
  EXPECT_EQ(maker.make(jet, sparse.positions.data(), sparse.values.data(), count), RowStatus::good);
  sparse.cut(count);
  return sparse;
}

Sparse cloud(const ImageMaker& maker, std::span<const float> jet) {
  Sparse sparse(maker);
  std::int64_t count = 0;
  EXPECT_EQ(maker.make_cloud(jet, sparse.positions.data(), sparse.values.data(), count), RowStatus::good);
  sparse.cut(count);
  return sparse;
}

Sparse augmented(const ImageMaker& maker, const Sparse& cloud, const AugmentationConfig& augmentation,
                 std::uint64_t number) {
  Sparse sparse(maker);
  std::int64_t count = 0;
  maker.make_from_cloud(cloud.positions, cloud.values, augmentation,
                        RandomStream(1, Purpose::augmentation, 1, number), sparse.positions.data(),
                        sparse.values.data(), count);
  sparse.cut(count);
  return sparse;
}

ImageMaker four_channels() {
  ImageConfig config;
  config.channels = {ImageChannel::pt, ImageChannel::energy, ImageChannel::mass, ImageChannel::multiplicity};
  return ImageMaker(config);
}

// Numbers from tests/data/make_golden_features.py. The mass is a difference of squares of float32 momenta:
// where particles are massless, what is left of it is rounding.
TEST(Channels, AgreeWithNumpy) {
  std::vector<float> expected(kJets * kPixels);
  hdf5::read_array(hdf5::open_file(TEST_DATA_DIR "/golden_features.h5"), "images", {kJets, kPixels},
                   expected.data());
  const std::vector<float> all = constituents();
  const ImageMaker maker = four_channels();
  for (std::int64_t jet = 0; jet < kJets; ++jet) {
    const std::vector<float> found = image(maker, jet_of(all, jet)).dense();
    for (std::int64_t i = 0; i < kPixels; ++i) {
      const bool mass = i / 1600 == 2;
      EXPECT_NEAR(found[static_cast<std::size_t>(i)], expected[static_cast<std::size_t>(jet * kPixels + i)],
                  mass ? 2e-3 : 1e-6)
          << "jet " << jet << " position " << i;
    }
  }
}

TEST(Channels, OfOneAreThatChannelAlone) {
  ImageConfig config;
  config.channels = {ImageChannel::multiplicity};
  const std::vector<float> all = constituents();
  const std::vector<float> four = image(four_channels(), jet_of(all, 3)).dense();
  const std::vector<float> one = image(ImageMaker(config), jet_of(all, 3)).dense();
  for (std::size_t i = 0; i < 1600; ++i) EXPECT_EQ(one[i], four[3 * 1600 + i]);
}

// u and w travel as float32 in a cloud, so that one next to a border may get into the next pixel; constituent
// 1, which stands on a border, stays there.
TEST(Augmentation, WithoutAnyGivesTheImage) {
  const std::vector<float> all = constituents();
  const ImageMaker maker = four_channels();
  std::int64_t different = 0;
  for (std::int64_t jet = 0; jet < kJets; ++jet) {
    const std::vector<float> direct = image(maker, jet_of(all, jet)).dense();
    const std::vector<float> by_cloud = augmented(maker, cloud(maker, jet_of(all, jet)), {}, 1).dense();
    for (std::size_t i = 0; i < 1600; ++i) different += direct[i] != by_cloud[i] ? 1 : 0;
  }
  EXPECT_EQ(different, 0);
}

TEST(Augmentation, IsAFunctionOfTheJetsNumber) {
  const std::vector<float> all = constituents();
  const ImageMaker maker = four_channels();
  const Sparse jet = cloud(maker, jet_of(all, 5));
  const AugmentationConfig augmentation{true, 30, 0.02, 0.1};
  EXPECT_EQ(augmented(maker, jet, augmentation, 1).dense(), augmented(maker, jet, augmentation, 1).dense());
  EXPECT_NE(augmented(maker, jet, augmentation, 1).dense(), augmented(maker, jet, augmentation, 2).dense());
}

TEST(Augmentation, FlipsEveryOtherJet) {
  const std::vector<float> all = constituents();
  const ImageMaker maker{ImageConfig{}};
  const Sparse jet = cloud(maker, jet_of(all, 5));
  const std::vector<float> as_it_is = augmented(maker, jet, {}, 0).dense();
  int flipped = 0;
  for (std::uint64_t number = 0; number < 200; ++number)
    flipped += augmented(maker, jet, {true, 0, 0, 0}, number).dense() != as_it_is ? 1 : 0;
  EXPECT_NEAR(flipped, 100, 30);
}

/// One particle at u = 0.5, w = 0.
Sparse lone_particle(const ImageMaker& maker) {
  Sparse sparse(maker);
  sparse.positions = {0, 1};
  sparse.values = {10.0F, 0.5F};
  return sparse;
}

TEST(Augmentation, TurnsByAtMostTheGivenAngle) {
  const ImageMaker maker{ImageConfig{}};
  double largest = 0;
  for (std::uint64_t number = 0; number < 300; ++number) {
    const Sparse turned = augmented(maker, lone_particle(maker), {false, 40, 0, 0}, number);
    ASSERT_EQ(turned.positions.size(), 1U);
    const double u = (turned.positions[0] / 40 + 0.5) * 0.04 - 0.8;
    const double w = (turned.positions[0] % 40 + 0.5) * 0.04 - 0.8;
    EXPECT_NEAR(std::hypot(u, w), 0.5, 0.03);
    largest = std::max(largest, std::abs(std::atan2(w, u)) * 180 / 3.14159265);
  }
  EXPECT_LT(largest, 40 + 4);
  EXPECT_GT(largest, 34);
}

TEST(Augmentation, SmearsPositionsAndMomenta) {
  ImageConfig config;
  config.normalize = Normalization::none;
  const ImageMaker maker(config);
  double squares = 0;
  double pt_squares = 0;
  constexpr int kTries = 2000;
  for (std::uint64_t number = 0; number < kTries; ++number) {
    const Sparse smeared = augmented(maker, lone_particle(maker), {false, 0, 0.05, 0.1}, number);
    if (smeared.positions.empty()) continue;
    const double w = (smeared.positions[0] % 40 + 0.5) * 0.04 - 0.8;
    squares += w * w;
    pt_squares += (smeared.values[0] - 10.0) * (smeared.values[0] - 10.0);
  }
  EXPECT_NEAR(std::sqrt(squares / kTries), 0.05, 0.01);
  EXPECT_NEAR(std::sqrt(pt_squares / kTries), 1.0, 0.08);
}

}  // namespace
}  // namespace jetrain

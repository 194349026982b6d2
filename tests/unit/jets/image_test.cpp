#include "jets/image.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

#include "io/dataset.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using Momenta = std::array<float, 4 * kConstituents>;
using Image = std::map<std::pair<int, int>, float>;

struct Particle {
  double pt, eta, phi;
};

Momenta momenta_of(const std::vector<Particle>& particles) {
  Momenta momenta{};
  for (std::size_t i = 0; i < particles.size(); ++i) {
    const auto& [pt, eta, phi] = particles[i];
    momenta[4 * i] = static_cast<float>(pt * std::cosh(eta));
    momenta[4 * i + 1] = static_cast<float>(pt * std::cos(phi));
    momenta[4 * i + 2] = static_cast<float>(pt * std::sin(phi));
    momenta[4 * i + 3] = static_cast<float>(pt * std::sinh(eta));
  }
  return momenta;
}

struct Result {
  RowStatus status = RowStatus::good;
  std::vector<std::uint16_t> pixels;
  std::vector<float> values;
};

Result make(const ImageConfig& config, const Momenta& momenta) {
  Result result{RowStatus::good, std::vector<std::uint16_t>(kConstituents),
                std::vector<float>(kConstituents)};
  std::int64_t count = -1;
  result.status = ImageMaker(config).make(momenta, result.pixels.data(), result.values.data(), count);
  result.pixels.resize(static_cast<std::size_t>(count));
  result.values.resize(static_cast<std::size_t>(count));
  return result;
}

Image image_of(const ImageConfig& config, const std::vector<Particle>& particles) {
  const Result result = make(config, momenta_of(particles));
  EXPECT_EQ(result.status, RowStatus::good);
  Image image;
  const int bins = static_cast<int>(config.bins);
  for (std::size_t i = 0; i < result.pixels.size(); ++i)
    image[{result.pixels[i] / bins, result.pixels[i] % bins}] = result.values[i];
  return image;
}

/// Pixels 0.2 wide, and the origin in the middle of the central one: nothing sits on a border.
ImageConfig coarse() {
  ImageConfig config;
  config.bins = 9;
  config.half_width = 0.9;
  config.normalize = Normalization::none;
  return config;
}

TEST(Image, PutsEtaOnRowsAndPhiOnColumns) {
  ImageConfig config = coarse();
  config.center = config.rotate = false;
  const Image image = image_of(config, {{100, 0.4, -0.2}});
  EXPECT_EQ(image.size(), 1u);
  EXPECT_NEAR(image.at({6, 3}), 100, 1e-3);
}

TEST(Image, CentersOnTheLeadingConstituent) {
  ImageConfig config = coarse();
  config.rotate = false;
  const Image image = image_of(config, {{100, 1.5, 0.7}, {50, 1.9, 0.5}});
  EXPECT_EQ(image.size(), 2u);
  EXPECT_NEAR(image.at({4, 4}), 100, 1e-3);
  EXPECT_NEAR(image.at({6, 3}), 50, 1e-3);
}

TEST(Image, WrapsDifferencesOfPhi) {
  ImageConfig config = coarse();
  config.rotate = false;
  EXPECT_TRUE(image_of(config, {{100, 0, 3.1}, {50, 0, -3.0}}).contains({4, 5}));
  EXPECT_TRUE(image_of(config, {{100, 0, -3.1}, {50, 0, 3.0}}).contains({4, 3}));
}

TEST(Image, RotatesTheSecondConstituentOntoThePositiveFirstAxis) {
  for (double angle = -3.0; angle <= 3.1; angle += 0.5) {
    const auto at = [&](double radius, double turn) {
      return Particle{10, 0.3 + radius * std::cos(angle + turn), 1 + radius * std::sin(angle + turn)};
    };
    Particle leading = at(0, 0);
    leading.pt = 100;
    const Image image = image_of(coarse(), {leading, at(0.4, 0), at(0.4, std::numbers::pi / 2)});
    EXPECT_TRUE(image.contains({6, 4})) << angle;
    EXPECT_TRUE(image.contains({4, 6})) << angle;
  }
}

TEST(Image, DoesNotRotateOneConstituentOrTwoInOnePlace) {
  EXPECT_EQ(image_of(coarse(), {{100, 0.5, 1}}).size(), 1u);
  const Image image = image_of(coarse(), {{100, 0.5, 1}, {100, 0.5, 1}, {10, 0.5, 1.4}});
  EXPECT_NEAR(image.at({4, 4}), 200, 1e-3);
  EXPECT_NEAR(image.at({4, 6}), 10, 1e-3);
}

TEST(Image, FlipsTheHeavierHalfUp) {
  ImageConfig config = coarse();
  config.flip = true;
  const Image image = image_of(config, {{100, 0, 0}, {50, 0.4, 0}, {10, 0, -0.4}, {5, 0, 0.6}});
  EXPECT_NEAR(image.at({4, 6}), 10, 1e-3);
  EXPECT_NEAR(image.at({4, 1}), 5, 1e-3);
}

TEST(Image, DropsWhatFallsOutside) {
  EXPECT_EQ(image_of(coarse(), {{100, 0, 0}, {50, 0.4, 0}, {10, 0, 1.2}, {10, -0.95, 0}}).size(), 2u);
}

TEST(Image, TheLastBinIncludesItsRightEdge) {
  ImageConfig config = coarse();
  config.center = config.rotate = false;
  config.half_width = 0.5 * std::numbers::pi_v<float>;
  Momenta momenta{};
  momenta[0] = momenta[2] = 1;  // phi = pi/2, exactly as a float
  EXPECT_EQ(make(config, momenta).pixels, (std::vector<std::uint16_t>{4 * 9 + 8}));
  momenta[2] = -1;
  EXPECT_EQ(make(config, momenta).pixels, (std::vector<std::uint16_t>{4 * 9}));
}

TEST(Image, NormalizesByTheLargestPixelTheSumOrNotAtAll) {
  const std::vector<Particle> particles{{60, 0, 0}, {30, 0.4, 0}, {10, 0.4, 0}};
  ImageConfig config = coarse();
  config.normalize = Normalization::max;
  EXPECT_NEAR(image_of(config, particles).at({6, 4}), 40.0 / 60, 1e-6);
  config.normalize = Normalization::sum;
  EXPECT_NEAR(image_of(config, particles).at({6, 4}), 0.4, 1e-6);
  config.normalize = Normalization::none;
  EXPECT_NEAR(image_of(config, particles).at({6, 4}), 40, 1e-5);
}

TEST(Image, AnEmptyJetIsAnEmptyImage) {
  const Result result = make(ImageConfig{}, Momenta{});
  EXPECT_EQ(result.status, RowStatus::good);
  EXPECT_TRUE(result.pixels.empty());
}

TEST(Image, SkipsZeroRowsInTheMiddle) {
  Momenta with_gap = momenta_of({{100, 0, 0}, {50, 0.4, 0}});
  const Momenta third = momenta_of({{10, 0, 0.4}});
  std::copy_n(third.begin(), 4, with_gap.begin() + 4L * 150);
  EXPECT_EQ(make(coarse(), with_gap).pixels,
            make(coarse(), momenta_of({{100, 0, 0}, {50, 0.4, 0}, {10, 0, 0.4}})).pixels);
}

TEST(Image, AConstituentAlongTheBeamAddsNothing) {
  Momenta momenta = momenta_of({{100, 0, 0}, {50, 0.4, 0}});
  momenta[8] = momenta[11] = 700;
  EXPECT_EQ(make(coarse(), momenta).pixels.size(), 2u);
}

TEST(Image, ReportsMomentaThatAreNotFinite) {
  for (const std::size_t place : {0u, 1u, 2u, 3u, 4u * 30 + 2, 799u}) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()}) {
      Momenta momenta = momenta_of({{100, 0, 0}, {50, 0.4, 0}});
      momenta[place] = bad;
      EXPECT_EQ(make(ImageConfig{}, momenta).status, RowStatus::not_finite) << place;
    }
  }
  Momenta huge{};
  huge[1] = 1e30f;  // its square is infinite
  EXPECT_EQ(make(ImageConfig{}, huge).status, RowStatus::not_finite);
}

TEST(Image, AscendingPixelsOnTheLargestGrid) {
  std::vector<Particle> particles;
  for (int i = 0; i < 200; ++i) particles.push_back({200.0 - i, 0.7 * std::sin(i), 0.7 * std::cos(2.0 * i)});
  ImageConfig config;
  config.bins = 255;
  config.center = config.rotate = false;
  const Result result = make(config, momenta_of(particles));
  EXPECT_GT(result.pixels.size(), 100u);
  EXPECT_TRUE(std::is_sorted(result.pixels.begin(), result.pixels.end()));
  EXPECT_EQ(std::adjacent_find(result.pixels.begin(), result.pixels.end()), result.pixels.end());
  // The sums of the earlier, larger grid must not shine through.
  EXPECT_EQ(make(coarse(), momenta_of({{100, 0, 0}})).pixels.size(), 1u);
}

TEST(Image, RefusesImpossibleConfigsByTheirKey) {
  const auto message = [](auto change) -> std::string {
    ImageConfig config;
    change(config);
    try {
      ImageMaker maker(config);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "accepted";
  };
  using testing::HasSubstr;
  EXPECT_THAT(message([](auto& c) { c.bins = 0; }), HasSubstr("image.bins"));
  EXPECT_THAT(message([](auto& c) { c.bins = 256; }), HasSubstr("1 to 255"));
  EXPECT_THAT(message([](auto& c) { c.half_width = 0; }), HasSubstr("image.half_width"));
  EXPECT_THAT(message([](auto& c) { c.half_width = std::nan(""); }), HasSubstr("image.half_width"));
}

std::vector<float> floats_in(const hdf5::Handle& file, const std::string& name) {
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, name);
  return dataset.read_rows<float>(0, dataset.rows());
}

void expect_numpys_images(std::int64_t version) {
  const hdf5::Handle file = hdf5::open_file(TEST_DATA_DIR "/golden_images.h5");
  const std::vector<float> constituents = floats_in(file, "/constituents");
  const std::vector<float> images = floats_in(file, fmt::format("/images_{}", version));
  const std::size_t jets = images.size() / 1600;
  ASSERT_EQ(jets, 100u);
  ImageConfig config;
  config.version = version;
  for (std::size_t jet = 0; jet < jets; ++jet) {
    Momenta momenta;
    std::copy_n(constituents.begin() + static_cast<std::ptrdiff_t>(jet * 800), 800, momenta.begin());
    const Result result = make(config, momenta);
    std::vector<float> dense(1600, 0.0f);
    for (std::size_t i = 0; i < result.pixels.size(); ++i) dense[result.pixels[i]] = result.values[i];
    for (std::size_t pixel = 0; pixel < 1600; ++pixel)
      ASSERT_NEAR(dense[pixel], images[jet * 1600 + pixel], 1e-6) << "jet " << jet << ", pixel " << pixel;
  }
}

TEST(Image, EqualsNumpysImages) {
  expect_numpys_images(2);
  expect_numpys_images(1);
}

TEST(Image, TheSecondConstituentStandsExactlyOnTheFirstAxis) {
  ImageConfig config;  // 40 bins: w = 0 is a border
  config.normalize = Normalization::none;
  int below = 0;
  for (int i = 0; i < 100; ++i) {
    const double angle = 0.0625 * i;
    const std::vector<Particle> particles{{100, 0.3, 1},
                                          {50, 0.3 + 0.4 * std::cos(angle), 1 + 0.4 * std::sin(angle)}};
    const auto columns = [&](std::int64_t version) {
      config.version = version;
      std::vector<int> found;
      for (const auto& [pixel, value] : image_of(config, particles)) found.push_back(pixel.second);
      return found;
    };
    EXPECT_EQ(columns(2), (std::vector<int>{20, 20})) << angle;
    below += columns(1).back() == 19 ? 1 : 0;
  }
  EXPECT_GT(below, 10);  // so rounding had it in version 1
}

}  // namespace
}  // namespace jetrain

#include "jetrain/generator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "refusal.hpp"

namespace jetrain {
namespace {

struct Measured {
  int constituents = 0;
  double pt_gev = 0;
  double eta = 0;
  double mass_gev = 0;
};

Measured measure(const GeneratedJet& jet) {
  Measured measured;
  std::array<double, 4> sum{};
  for (std::size_t i = 0; i < jet.constituents.size(); i += 4) {
    if (jet.constituents[i] > 0) ++measured.constituents;
    for (std::size_t k = 0; k < 4; ++k) sum[k] += static_cast<double>(jet.constituents[i + k]);
  }
  const auto [energy, px, py, pz] = sum;
  measured.pt_gev = std::hypot(px, py);
  measured.eta = std::asinh(pz / measured.pt_gev);
  measured.mass_gev = std::sqrt(std::max(0.0, energy * energy - px * px - py * py - pz * pz));
  return measured;
}

constexpr std::int64_t kJets = 2000;

std::vector<Measured> sample(bool is_top, const GeneratorSettings& settings = {}) {
  std::vector<Measured> jets;
  for (std::int64_t row = 0; row < kJets; ++row)
    jets.push_back(measure(generate_jet(3, row, is_top, settings)));
  return jets;
}

double mean_constituents(const std::vector<Measured>& jets) {
  double sum = 0;
  for (const Measured& jet : jets) sum += jet.constituents;
  return sum / static_cast<double>(jets.size());
}

double median_mass_gev(std::vector<Measured> jets) {
  const auto middle = jets.begin() + std::ssize(jets) / 2;
  std::nth_element(jets.begin(), middle, jets.end(),
                   [](const Measured& a, const Measured& b) { return a.mass_gev < b.mass_gev; });
  return middle->mass_gev;
}

/// Half the width of the middle half.
double spread_of_mass_gev(std::vector<Measured> jets) {
  std::sort(jets.begin(), jets.end(),
            [](const Measured& a, const Measured& b) { return a.mass_gev < b.mass_gev; });
  return (jets[jets.size() * 3 / 4].mass_gev - jets[jets.size() / 4].mass_gev) / 2;
}

TEST(Generator, DependsOnSeedAndRowAlone) {
  for (const bool is_top : {false, true}) {
    const GeneratedJet jet = generate_jet(5, 77, is_top);
    generate_jet(5, 78, !is_top);
    EXPECT_EQ(jet.constituents, generate_jet(5, 77, is_top).constituents);
    EXPECT_EQ(jet.truth, generate_jet(5, 77, is_top).truth);
    EXPECT_NE(jet.constituents, generate_jet(6, 77, is_top).constituents);
    EXPECT_NE(jet.constituents, generate_jet(5, 78, is_top).constituents);
  }
}

TEST(Generator, KeepsTheWindowOfTheReferenceDataset) {
  for (const bool is_top : {false, true}) {
    for (const Measured& jet : sample(is_top)) {
      ASSERT_GT(jet.pt_gev, 549.99);
      ASSERT_LT(jet.pt_gev, 650.01);
      ASSERT_LT(std::abs(jet.eta), 2.001);
    }
  }
}

TEST(Generator, MakesJetsOfAnotherMomentumAndMass) {
  GeneratorSettings settings;
  settings.smallest_pt_gev = 800;
  settings.largest_pt_gev = 850;
  settings.mass_gev = 210;
  for (const bool is_top : {false, true}) {
    for (const Measured& jet : sample(is_top, settings)) {
      ASSERT_GT(jet.pt_gev, 799.99);
      ASSERT_LT(jet.pt_gev, 850.01);
    }
  }
  EXPECT_NEAR(median_mass_gev(sample(true, settings)), 212.0, 6.0);
}

TEST(Generator, SmearsWhatTheDetectorSees) {
  GeneratorSettings perfect;
  perfect.smearing = 0;
  GeneratorSettings poor;
  poor.smearing = 5;
  const std::vector<Measured> usual = sample(true);
  EXPECT_LT(spread_of_mass_gev(sample(true, perfect)), spread_of_mass_gev(usual));
  EXPECT_GT(spread_of_mass_gev(sample(true, poor)), 1.1 * spread_of_mass_gev(usual));
  EXPECT_NEAR(median_mass_gev(sample(true, poor)), median_mass_gev(usual), 5.0);
}

/// 50 collisions, each with 6.5 / 0.62 * 0.38 / (2 pi) = 0.63 neutral particles of 0.55 GeV a unit of
/// (eta, phi): 17 GeV, in an area of 2. The window of pT leaves less of it, the towers' threshold, too.
TEST(Generator, LetsPileupFallIntoTheJets) {
  GeneratorSettings crowded;
  crowded.pileup = 50;
  const std::vector<Measured> usual = sample(false);
  const std::vector<Measured> jets = sample(false, crowded);
  EXPECT_GT(mean_constituents(jets), mean_constituents(usual) + 15);
  EXPECT_LT(mean_constituents(jets), mean_constituents(usual) + 30);
  EXPECT_GT(median_mass_gev(jets), median_mass_gev(usual) + 15);
}

TEST(Generator, RefusesWhatNoJetsCanBeMadeOf) {
  const auto refusal = [](double GeneratorSettings::*which, double value) {
    GeneratorSettings settings;
    settings.*which = value;
    return test::refusal_of([&] { generate_jet(1, 0, true, settings); });
  };
  EXPECT_EQ(refusal(&GeneratorSettings::smearing, -1), "smearing -1: must be from 0 to 20");
  EXPECT_EQ(refusal(&GeneratorSettings::pileup, 1e6), "pile-up 1000000: must be from 0 to 1000");
  EXPECT_EQ(refusal(&GeneratorSettings::mass_gev, std::nan("")), "mass (GeV) nan: must be from 100 to 1000");
  EXPECT_EQ(refusal(&GeneratorSettings::largest_pt_gev, 540),
            "pT of jets from 550 to 540 GeV: the second must be the larger one");
  EXPECT_EQ(refusal(&GeneratorSettings::mass_gev, 900),
            "none of 20000 top jets became one of 550 to 650 GeV with all that a mass of 900 GeV decays to: "
            "give a wider range of pT, a higher one, or a smaller mass");
}

TEST(Generator, SortsMasslessConstituentsAndPadsWithZeros) {
  for (std::int64_t row = 0; row < 200; ++row) {
    const GeneratedJet jet = generate_jet(4, row, row % 2 == 0);
    float last_pt = 1e9F;
    bool padding = false;
    for (std::size_t i = 0; i < jet.constituents.size(); i += 4) {
      const float* p = jet.constituents.data() + i;
      const float pt = std::hypot(p[1], p[2]);
      if (padding || p[0] == 0.0F) {
        padding = true;
        ASSERT_TRUE(std::all_of(p, p + 4, [](float v) { return v == 0.0F; }));
        continue;
      }
      ASSERT_LE(pt, last_pt * 1.000001F);
      ASSERT_NEAR(std::hypot(pt, p[3]), p[0], 1e-5F * p[0]);
      last_pt = pt;
    }
    ASSERT_TRUE(padding);
  }
}

TEST(Generator, KeepsConstituentsWithinTheRadiusOfTheAxis) {
  for (std::int64_t row = 0; row < 200; ++row) {
    const GeneratedJet jet = generate_jet(4, row, row % 2 == 0);
    double px = 0, py = 0, pz = 0;
    for (std::size_t i = 0; i < jet.constituents.size(); i += 4) {
      px += static_cast<double>(jet.constituents[i + 1]);
      py += static_cast<double>(jet.constituents[i + 2]);
      pz += static_cast<double>(jet.constituents[i + 3]);
    }
    const double eta = std::asinh(pz / std::hypot(px, py));
    for (std::size_t i = 0; i < jet.constituents.size() && jet.constituents[i] > 0; i += 4) {
      const double x = static_cast<double>(jet.constituents[i + 1]);
      const double y = static_cast<double>(jet.constituents[i + 2]);
      const double z = static_cast<double>(jet.constituents[i + 3]);
      const double delta_phi = std::atan2(x * py - y * px, x * px + y * py);
      ASSERT_LT(std::hypot(std::asinh(z / std::hypot(x, y)) - eta, delta_phi), 0.801);
    }
  }
}

TEST(Generator, MakesTopsThatLookLikeTops) {
  const std::vector<Measured> tops = sample(true);
  EXPECT_NEAR(mean_constituents(tops), 49.0, 0.15 * 49.0);
  EXPECT_NEAR(median_mass_gev(tops), 174.0, 6.0);
  std::array<int, 30> histogram{};  // 5 GeV bins from 100 to 250 GeV
  for (const Measured& jet : tops) {
    const double bin = (jet.mass_gev - 100.0) / 5.0;
    if (bin >= 0 && bin < 30) ++histogram[static_cast<std::size_t>(bin)];
  }
  const auto mode = std::max_element(histogram.begin(), histogram.end()) - histogram.begin();
  EXPECT_GE(100 + 5 * mode, 165);
  EXPECT_LE(100 + 5 * (mode + 1), 185);
}

TEST(Generator, MakesQcdJetsThatLookLikeQcdJets) {
  const std::vector<Measured> jets = sample(false);
  EXPECT_NEAR(mean_constituents(jets), 37.0, 0.15 * 37.0);
  EXPECT_NEAR(median_mass_gev(jets), 76.0, 12.0);
}

TEST(Generator, GivesTheTopsMomentumAsTruthAndZeroForQcd) {
  const GeneratedJet top = generate_jet(1, 0, true);
  const auto [energy, px, py, pz] = top.truth;
  EXPECT_NEAR(std::sqrt(energy * energy - px * px - py * py - pz * pz), 173.0F, 12.0F);
  EXPECT_EQ(generate_jet(1, 0, false).truth, (std::array<float, 4>{}));
}

}  // namespace
}  // namespace jetrain

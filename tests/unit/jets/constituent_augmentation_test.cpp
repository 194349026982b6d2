#include "jets/constituent_augmentation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "jets/constituent_features.hpp"

namespace jetrain {
namespace {

const std::vector<float> kJet{130, 50, 0, 120, 13, 5, 0.5F, 11.9F, 5, 2, -0.3F, 4.5F, 1, 0.4F, 0.1F, 0.9F};
const std::array<float, 4> kSum{149, 57.4F, 0.3F, 137.3F};

struct Augmented {
  std::vector<float> constituents;
  std::array<float, 4> jet{};
};

Augmented augmented(const AugmentationConfig& augmentation, ConstituentAxis axis = ConstituentAxis::jet,
                    std::uint32_t number = 0, std::uint32_t epoch = 1) {
  Augmented result;
  augment_constituents(kJet, 4, kSum, axis, augmentation,
                       RandomStream(7, Purpose::augmentation, epoch, number), result.constituents,
                       result.jet);
  return result;
}

double pt_of(const float* p) {
  return std::hypot(p[1], p[2]);
}
double eta_of(const float* p) {
  return std::asinh(p[3] / pt_of(p));
}
double phi_of(const float* p) {
  return std::atan2(p[2], p[1]);
}
double squared_mass(const float* p) {
  const auto square = [](float x) { return static_cast<double>(x) * static_cast<double>(x); };
  return square(p[0]) - square(p[1]) - square(p[2]) - square(p[3]);
}

TEST(ConstituentAugmentation, WithNothingToDoKeepsEveryBit) {
  const Augmented same = augmented({});
  EXPECT_EQ(same.constituents, kJet);
  EXPECT_EQ(same.jet, kSum);
}

TEST(ConstituentAugmentation, IsAFunctionOfSeedEpochAndJet) {
  const AugmentationConfig all{true, 180, 0.01, 0.1, 0.1};
  EXPECT_EQ(augmented(all).constituents, augmented(all).constituents);
  EXPECT_NE(augmented(all).constituents, augmented(all, ConstituentAxis::jet, 1).constituents);
  EXPECT_NE(augmented(all).constituents, augmented(all, ConstituentAxis::jet, 0, 2).constituents);
}

// Every distance from the axis, every pT and every mass stay.
TEST(ConstituentAugmentation, TurnsAboutTheAxis) {
  for (const ConstituentAxis axis : kValues<ConstituentAxis>) {
    const AxisPoint about = axis_point(axis, kJet, 4, kSum);
    const auto distance = [&](const float* p) {
      return std::hypot(eta_of(p) - about.eta, std::remainder(phi_of(p) - about.phi, 2 * M_PI));
    };
    for (std::uint32_t number = 0; number < 20; ++number) {
      const Augmented turned = augmented({true, 40, 0, 0, 0}, axis, number);
      ASSERT_EQ(turned.constituents.size(), kJet.size());
      for (std::size_t i = 0; i < kJet.size(); i += 4) {
        const float* before = kJet.data() + i;
        const float* after = turned.constituents.data() + i;
        EXPECT_NEAR(distance(after), distance(before), 1e-5) << "constituent " << i / 4;
        EXPECT_NEAR(pt_of(after), pt_of(before), 1e-6 * pt_of(before));
        EXPECT_NEAR(squared_mass(after), squared_mass(before),
                    1e-6 * after[0] * after[0] + 1e-6 * before[0] * before[0]);
      }
      EXPECT_NEAR(distance(turned.jet.data()), distance(kSum.data()), 1e-5);
      EXPECT_NEAR(pt_of(turned.jet.data()), pt_of(kSum.data()), 1e-4);
    }
  }
}

TEST(ConstituentAugmentation, MirrorsEveryOtherJet) {
  const AxisPoint about = axis_point(ConstituentAxis::leading, kJet, 4, kSum);
  int mirrored = 0;
  for (std::uint32_t number = 0; number < 1000; ++number) {
    const Augmented result = augmented({true, 0, 0, 0, 0}, ConstituentAxis::leading, number);
    const double before = std::remainder(phi_of(kJet.data() + 8) - about.phi, 2 * M_PI);
    const double after = std::remainder(phi_of(result.constituents.data() + 8) - about.phi, 2 * M_PI);
    EXPECT_NEAR(std::abs(after), std::abs(before), 1e-5);
    EXPECT_NEAR(eta_of(result.constituents.data() + 8), eta_of(kJet.data() + 8), 1e-5);
    mirrored += after * before < 0 ? 1 : 0;
    // The sum is mirrored with them.
    EXPECT_EQ(std::remainder(phi_of(result.jet.data()) - about.phi, 2 * M_PI) *
                      std::remainder(phi_of(kSum.data()) - about.phi, 2 * M_PI) <
                  0,
              after * before < 0);
  }
  EXPECT_NEAR(mirrored, 500, 60);
}

TEST(ConstituentAugmentation, SmearsAnglesAndMomentaButNotTheSum) {
  constexpr int kJets = 4000;
  double eta[2] = {};
  double pt[2] = {};
  for (std::uint32_t number = 0; number < kJets; ++number) {
    const Augmented result = augmented({false, 0, 0.02, 0.05, 0}, ConstituentAxis::jet, number);
    EXPECT_EQ(result.jet, kSum);
    const double moved = eta_of(result.constituents.data()) - eta_of(kJet.data());
    const double factor = pt_of(result.constituents.data()) / pt_of(kJet.data());
    eta[0] += moved, eta[1] += moved * moved;
    pt[0] += factor, pt[1] += (factor - 1) * (factor - 1);
  }
  EXPECT_NEAR(eta[0] / kJets, 0, 0.0015);
  EXPECT_NEAR(std::sqrt(eta[1] / kJets), 0.02, 0.001);
  EXPECT_NEAR(pt[0] / kJets, 1, 0.004);
  EXPECT_NEAR(std::sqrt(pt[1] / kJets), 0.05, 0.0025);
}

TEST(ConstituentAugmentation, DropsAllButTheLeadingOne) {
  int kept = 0;
  for (std::uint32_t number = 0; number < 1000; ++number) {
    const Augmented result = augmented({false, 0, 0, 0, 0.3}, ConstituentAxis::jet, number);
    ASSERT_TRUE(std::equal(kJet.begin(), kJet.begin() + 4, result.constituents.begin()));
    EXPECT_EQ(result.jet, kSum);
    kept += static_cast<int>(result.constituents.size()) / 4 - 1;
  }
  EXPECT_NEAR(kept, 3 * 700, 90);
}

TEST(ConstituentAugmentation, LeavesThemByFallingPt) {
  int changed = 0;
  for (std::uint32_t number = 0; number < 200; ++number) {
    const Augmented result = augmented({true, 180, 0.1, 0.9, 0}, ConstituentAxis::jet, number);
    ASSERT_EQ(result.constituents.size(), kJet.size());
    for (std::size_t i = 4; i < kJet.size(); i += 4) {
      ASSERT_GE(pt_of(result.constituents.data() + i - 4), pt_of(result.constituents.data() + i));
      ASSERT_GT(result.constituents[i], 0.0F);
    }
    changed += pt_of(result.constituents.data()) < 0.2 * pt_of(kJet.data()) ? 1 : 0;
  }
  EXPECT_GT(changed, 0);
}

TEST(ConstituentAugmentation, LeavesTheBeamAndNothingAlone) {
  const AugmentationConfig turn{true, 180, 0.1, 0, 0};
  std::vector<float> constituents;
  std::array<float, 4> jet{};
  const std::vector<float> beam{1000, 0, 0, 1000};
  augment_constituents(beam, 4, beam, ConstituentAxis::jet, turn,
                       RandomStream(1, Purpose::augmentation, 0, 0), constituents, jet);
  EXPECT_EQ(constituents, beam);
  augment_constituents({}, 4, std::array<float, 4>{}, ConstituentAxis::weighted_mean, turn,
                       RandomStream(1, Purpose::augmentation, 0, 0), constituents, jet);
  EXPECT_TRUE(constituents.empty());
  EXPECT_EQ(jet, (std::array<float, 4>{}));
}

}  // namespace
}  // namespace jetrain

#include "jets/momenta.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace jetrain {
namespace {

using testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

JetMapping mapping(MomentumColumns momenta, RelativeTo relative = RelativeTo::none,
                   MomentumUnit unit = MomentumUnit::gev, bool logarithms = false) {
  JetMapping mapping;
  mapping.momenta = momenta;
  mapping.columns.relative_to = relative;
  mapping.columns.unit = unit;
  mapping.columns.logarithms = logarithms;
  return mapping;
}

/// The momentum of one constituent.
std::vector<float> momentum(const JetMapping& mapping, const std::vector<double>& given,
                            const JetAxis& jet = {}) {
  const MomentumMaker maker(mapping);
  EXPECT_EQ(maker.quantities(), std::ssize(given));
  std::vector<const double*> columns;
  for (const double& value : given) columns.push_back(&value);
  std::vector<float> made(4);
  maker.make(columns, jet, made);
  return made;
}

/// By the C library, rounded once.
std::vector<float> rounded(double e, double pt, double eta, double phi) {
  return {static_cast<float>(e), static_cast<float>(pt * std::cos(phi)),
          static_cast<float>(pt * std::sin(phi)), static_cast<float>(pt * std::sinh(eta))};
}

bool is_bad(const std::vector<float>& momentum) {
  return std::isnan(momentum[0]) && !std::isnan(momentum[1]);
}
bool is_nan(const std::vector<float>& momentum) {
  return std::all_of(momentum.begin(), momentum.end(), [](float x) { return std::isnan(x); });
}

TEST(Momenta, AreThoseOfTheCLibraryRoundedOnce) {
  const JetMapping massless = mapping(MomentumColumns::pt_eta_phi);
  for (double eta = -5; eta <= 5; eta += 0.0371) {
    for (const double phi : {-3.14, -1.0, 0.0, 0.3, 2.9, 6.0}) {
      const double pt = 100 + 7 * eta;
      EXPECT_EQ(momentum(massless, {pt, eta, phi}), rounded(pt * std::cosh(eta), pt, eta, phi));
    }
  }
  for (const double small : {1e-12, -1e-9, 1e-6, -1e-3}) {
    EXPECT_EQ(momentum(massless, {1e4, small, small}), rounded(1e4 * std::cosh(small), 1e4, small, small));
  }
}

TEST(Momenta, TakeTheirEnergyOrTheirMass) {
  const double p = 50 * std::cosh(1.2);
  EXPECT_EQ(momentum(mapping(MomentumColumns::pt_eta_phi_energy), {50, 1.2, 0.5, 123}),
            rounded(123, 50, 1.2, 0.5));
  EXPECT_EQ(momentum(mapping(MomentumColumns::pt_eta_phi_mass), {50, 1.2, 0.5, 80}),
            rounded(std::sqrt(p * p + 6400), 50, 1.2, 0.5));
  EXPECT_EQ(momentum(mapping(MomentumColumns::pt_eta_phi_mass), {50, 1.2, 0.5, -3}),
            rounded(std::sqrt(p * p - 9), 50, 1.2, 0.5));
  EXPECT_THAT(momentum(mapping(MomentumColumns::energy_px_py_pz), {50, 30, 40, 0.1}),
              ElementsAre(50, 30, 40, 0.1F));
}

TEST(Momenta, AreInGev) {
  EXPECT_THAT(momentum(mapping(MomentumColumns::energy_px_py_pz, RelativeTo::none, MomentumUnit::mev),
                       {50000, 30000, 40000, 123.4}),
              ElementsAre(50, 30, 40, static_cast<float>(123.4 / 1000)));
  EXPECT_EQ(
      momentum(mapping(MomentumColumns::pt_eta_phi, RelativeTo::none, MomentumUnit::mev), {50000, 1, 2}),
      rounded(50 * std::cosh(1.0), 50, 1, 2));
}

TEST(Momenta, AreRelativeToTheJet) {
  const JetAxis jet{1000, -1.5, 2, 80};
  EXPECT_EQ(momentum(mapping(MomentumColumns::pt_eta_phi, RelativeTo::jet), {0.25, 0.5, -0.25}, jet),
            rounded(250 * std::cosh(-1.0), 250, -1, 1.75));
  EXPECT_EQ(momentum(mapping(MomentumColumns::pt_eta_phi, RelativeTo::angles), {250, 0.5, -0.25}, jet),
            rounded(250 * std::cosh(-1.0), 250, -1, 1.75));
  const double energy = std::hypot(1000 * std::cosh(-1.5), 80);
  EXPECT_EQ(
      momentum(mapping(MomentumColumns::pt_eta_phi_energy, RelativeTo::jet), {0.25, 0.5, -0.25, 0.5}, jet),
      rounded(0.5 * energy, 250, -1, 1.75));
}

TEST(Momenta, AreGivenByLogarithms) {
  EXPECT_EQ(momentum(mapping(MomentumColumns::pt_eta_phi_energy, RelativeTo::none, MomentumUnit::gev, true),
                     {std::log(50), 1, 2, std::log(99)}),
            rounded(99, 50, 1, 2));
}

TEST(Momenta, OfPaddingAreZerosOrNaN) {
  const JetMapping massless = mapping(MomentumColumns::pt_eta_phi, RelativeTo::angles);
  const JetAxis jet{1000, -1.5, 2, 80};
  EXPECT_THAT(momentum(massless, {0, 0, 0}, jet), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(momentum(massless, {0, 1.5, 2}, jet), ElementsAre(0, 0, 0, 0)) << "no pT";
  EXPECT_TRUE(is_nan(momentum(massless, {kNaN, kNaN, kNaN}, jet)));
  EXPECT_TRUE(is_nan(momentum(massless, {-999, -999, -999}, jet)));
  const JetMapping logarithms =
      mapping(MomentumColumns::pt_eta_phi_energy, RelativeTo::none, MomentumUnit::gev, true);
  EXPECT_THAT(momentum(logarithms, {0, 0, 0, 0}), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(momentum(logarithms, {-kInfinity, 0, 0, -kInfinity}), ElementsAre(0, 0, 0, 0));
}

TEST(Momenta, OfManyPlacesAreThoseOfEach) {
  const double strange[] = {0, -0.0, kNaN, kInfinity, -kInfinity, -999, 350, 1e30};
  const JetAxis jet{700, -1.5, 2, 80};
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> number(-3, 3);
  for (const MomentumColumns kind : {MomentumColumns::energy_px_py_pz, MomentumColumns::pt_eta_phi_energy,
                                     MomentumColumns::pt_eta_phi_mass, MomentumColumns::pt_eta_phi}) {
    const bool cartesian = kind == MomentumColumns::energy_px_py_pz;
    const JetMapping way =
        mapping(kind, cartesian ? RelativeTo::none : RelativeTo::angles, MomentumUnit::mev);
    const MomentumMaker maker(way);
    const auto quantities = static_cast<std::size_t>(maker.quantities());
    constexpr std::size_t kPlaces = 301;
    std::vector<std::vector<double>> columns(quantities, std::vector<double>(kPlaces));
    std::vector<const double*> pointers;
    for (std::vector<double>& column : columns) {
      std::generate(column.begin(), column.end(), [&] { return std::exp(number(random)); });
      for (std::size_t i = 0; i < kPlaces; i += 5) column[i] = strange[random() % std::size(strange)];
      pointers.push_back(column.data());
    }
    std::vector<float> made(4 * kPlaces);
    maker.make(pointers, jet, made);
    for (std::size_t i = 0; i < kPlaces; ++i) {
      std::vector<double> given;
      for (const std::vector<double>& column : columns) given.push_back(column[i]);
      const std::vector<float> alone = momentum(way, given, jet);
      for (std::size_t k = 0; k < 4; ++k) {
        const float one = made[4 * i + k];
        EXPECT_TRUE(one == alone[k] || (std::isnan(one) && std::isnan(alone[k]))) << "place " << i;
      }
    }
  }
}

TEST(Momenta, EndWhereNoPlaceHasAPt) {
  std::vector<double> pt(40, 0.0);
  pt[17] = 3;
  EXPECT_EQ(MomentumMaker(mapping(MomentumColumns::pt_eta_phi)).places(pt), 18);
  EXPECT_EQ(MomentumMaker(mapping(MomentumColumns::energy_px_py_pz)).places(pt), 40);
  pt[30] = kNaN;
  EXPECT_EQ(MomentumMaker(mapping(MomentumColumns::pt_eta_phi)).places(pt), 31);
  EXPECT_EQ(
      MomentumMaker(mapping(MomentumColumns::pt_eta_phi_energy, RelativeTo::none, MomentumUnit::gev, true))
          .places(pt),
      40)
      << "0 is the logarithm of 1 GeV";
  EXPECT_EQ(MomentumMaker(mapping(MomentumColumns::pt_eta_phi)).places(std::vector<double>(7, 0.0)), 0);
}

TEST(Momenta, OfBadQuantitiesAreNoNumbers) {
  const JetMapping massless = mapping(MomentumColumns::pt_eta_phi);
  EXPECT_TRUE(is_bad(momentum(massless, {50, kNaN, 0})));
  EXPECT_TRUE(is_bad(momentum(massless, {kNaN, 1, 0})));
  EXPECT_TRUE(is_bad(momentum(massless, {kInfinity, 1, 0})));
  EXPECT_TRUE(is_bad(momentum(massless, {50, 1, kInfinity})));
  EXPECT_TRUE(is_bad(momentum(massless, {50, 1000, 0})));
  EXPECT_TRUE(is_bad(momentum(massless, {1e30, 80, 0}))) << "no float";
  EXPECT_TRUE(is_bad(momentum(mapping(MomentumColumns::pt_eta_phi_mass), {50, 1, 0, kNaN})));
  EXPECT_TRUE(is_bad(momentum(mapping(MomentumColumns::pt_eta_phi_mass), {50, 1, 0, -999})))
      << "an energy that is no number is no padding";
  for (const double jet_pt : {kNaN, -999.0, 0.0}) {
    EXPECT_TRUE(is_bad(
        momentum(mapping(MomentumColumns::pt_eta_phi, RelativeTo::jet), {0.5, 1, 0}, {jet_pt, 0, 0, 0})))
        << jet_pt;
  }
}

}  // namespace
}  // namespace jetrain

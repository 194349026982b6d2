#include "jets/constituent_set.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace jetrain {
namespace {

const float kNaN = std::numeric_limits<float>::quiet_NaN();
const float kInfinity = std::numeric_limits<float>::infinity();

struct Collected {
  explicit Collected(const std::vector<float>& places, const PlaceColumns& columns = {})
      : status(collect_constituents(places, constituents, sum, notes, columns)) {}
  std::vector<float> constituents;
  std::array<float, 4> sum{};
  ReadingNotes notes;
  RowStatus status;
};

TEST(ConstituentSet, IsWhatStandsBeforeThePadding) {
  const Collected found({50, 30, 40, 0, 5, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(found.status, RowStatus::good);
  EXPECT_EQ(found.constituents, (std::vector<float>{50, 30, 40, 0, 5, 3, 4, 0}));
  EXPECT_EQ(found.sum, (std::array<float, 4>{55, 33, 44, 0}));
  EXPECT_EQ(found.notes.jets, 1);
  EXPECT_EQ(found.notes.padding, 2);
  EXPECT_EQ(found.notes.other_padding, 0);
  EXPECT_EQ(found.notes.unsorted, 0);
}

TEST(ConstituentSet, LeavesOutPaddingWhereverItStands) {
  const Collected found({0,    0,    0,    0,     // before
                         50,   30,   40,   0,     //
                         -999, -999, -999, -999,  //
                         kNaN, kNaN, kNaN, kNaN,  //
                         5,    3,    4,    0,     //
                         0,    1,    1,    1,     // no energy
                         0,    0,    0,    0});
  EXPECT_EQ(found.status, RowStatus::good);
  EXPECT_EQ(found.constituents, (std::vector<float>{50, 30, 40, 0, 5, 3, 4, 0}));
  EXPECT_EQ(found.notes.padding, 5);
  EXPECT_EQ(found.notes.other_padding, 4);
  EXPECT_EQ(found.notes.unsorted, 0);
}

/// Of one jet, by its leading constituent.
ReadingNotes looked_at(const std::vector<float>& constituents) {
  ReadingNotes notes;
  look_at_leading(constituents, notes);
  return notes;
}

TEST(ReadingNotes, TellMomentaThatJetsHaveNot) {
  for (const std::vector<float>& usual : {std::vector<float>{},
                                          {100, 60, 80, 0},
                                          {99.9F, 60, 80, 0},
                                          {200, 3, 4, 199},
                                          {60, 30, 40, 0, 1, 30, 40, 9}}) {
    const ReadingNotes notes = looked_at(usual);
    EXPECT_EQ(notes.impossible + notes.hard + notes.soft, 0) << testing::PrintToString(usual);
  }
  EXPECT_EQ(looked_at({60, 80, 0, 100}).impossible, 1) << "px, py, pz, E";
  EXPECT_EQ(looked_at({999, 999, 999, 999}).impossible, 1);
  EXPECT_EQ(looked_at({100000, 60, 80, 0}).impossible, 1) << "an energy in MeV beside GeV";
  EXPECT_EQ(looked_at({100000, 60000, 80000, 0}).hard, 1);
  EXPECT_EQ(looked_at({100000, 60, 80, 99999}).hard, 0) << "much energy along the beam is none of the unit";
  EXPECT_EQ(looked_at({0.1F, 0.06F, 0.08F, 0}).soft, 1);
}

TEST(ConstituentSet, KeepsColumnsWithTheirConstituents) {
  const std::vector<float> columns{1, 2, 3, 4, 5, 6, kNaN, 8};
  const Collected found({5, 3, 4, 0, -999, -999, -999, -999, 50, 30, 40, 0, 0, 0, 0, 0}, {columns, 2});
  EXPECT_EQ(found.status, RowStatus::good);
  EXPECT_EQ(found.constituents, (std::vector<float>{50, 30, 40, 0, 5, 6, 5, 3, 4, 0, 1, 2}));
  EXPECT_EQ(found.sum, (std::array<float, 4>{55, 33, 44, 0}));
  EXPECT_EQ(found.notes.unsorted, 1);
  EXPECT_EQ(found.notes.padding, 2);
}

TEST(ConstituentSet, RefusesWhatIsNotFinite) {
  EXPECT_EQ(Collected({50, 30, kNaN, 0}).status, RowStatus::not_finite);
  EXPECT_EQ(Collected({kNaN, kNaN, kNaN, 0}).status, RowStatus::not_finite);
  EXPECT_EQ(Collected({50, 30, kInfinity, 0}).status, RowStatus::not_finite);
  EXPECT_EQ(Collected({-1, 30, kNaN, 0}).status, RowStatus::not_finite);
  EXPECT_EQ(Collected({3e38F, 1, 1, 1, 3e38F, 1, 1, 1}).status, RowStatus::not_finite);  // the sum
}

TEST(ConstituentSet, StandsByFallingPt) {
  // The second and third have one pT (5), and stay as they stood; the last has the largest.
  const Collected found({2, 1, 0, 0, 6, 3, 4, 1, 7, 4, 3, 2, 100, 60, 80, 3});
  EXPECT_EQ(found.constituents, (std::vector<float>{100, 60, 80, 3, 6, 3, 4, 1, 7, 4, 3, 2, 2, 1, 0, 0}));
  EXPECT_EQ(found.notes.unsorted, 1);
}

// Their pT differ by less than a float can tell.
TEST(ConstituentSet, ComparesPtExactly) {
  const float x = 1.0F;
  const float more = std::nextafter(1e-3F, 1.0F);
  EXPECT_EQ(std::hypot(x, 1e-3F), std::hypot(x, more));
  const Collected found({2, x, 1e-3F, 0, 3, x, more, 0});
  EXPECT_EQ(found.constituents[0], 3.0F);
}

TEST(ConstituentSet, OfNothingIsEmptyAndCounted) {
  const Collected found(std::vector<float>(800, 0.0F));
  EXPECT_EQ(found.status, RowStatus::good);
  EXPECT_TRUE(found.constituents.empty());
  EXPECT_EQ(found.sum, (std::array<float, 4>{}));
  EXPECT_EQ(found.notes.empty, 1);
  EXPECT_EQ(found.notes.padding, 200);
}

// 1 + 2^-25 a thousand times: in float32 the small ones would be lost.
TEST(ConstituentSet, IsSummedInDouble) {
  std::vector<float> places{1, 1, 0, 0};
  for (int i = 0; i < 1024; ++i) places.insert(places.end(), {0x1p-25F, 0, 0, 0});
  EXPECT_EQ(Collected(places).sum[0], 1.0F + 0x1p-15F);
}

TEST(SortByPt, MovesWholeRows) {
  std::vector<float> rows{1, 1, 0, 0, 7, 2, 2, 0, 0, 8};
  EXPECT_TRUE(sort_by_pt(rows, 5));
  EXPECT_EQ(rows, (std::vector<float>{2, 2, 0, 0, 8, 1, 1, 0, 0, 7}));
  EXPECT_FALSE(sort_by_pt(rows, 5));
}

TEST(StandInOrder, IsFallingPtWithZerosBehind) {
  EXPECT_TRUE(stand_in_order(std::vector<float>{50, 30, 40, 0, 5, 3, 4, 0, 0, 0, 0, 0}).in_order);
  EXPECT_EQ(stand_in_order(std::vector<float>{50, 30, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0}).padding, 2);
  EXPECT_FALSE(stand_in_order(std::vector<float>{5, 3, 4, 0, 50, 30, 40, 0}).in_order);
  EXPECT_FALSE(stand_in_order(std::vector<float>{0, 0, 0, 0, 50, 30, 40, 0}).in_order);
  EXPECT_FALSE(stand_in_order(std::vector<float>{50, 30, 40, 0, -999, -999, -999, -999}).in_order);
  EXPECT_FALSE(stand_in_order(std::vector<float>{-999, -999, -999, -999, -999, -999, -999, -999}).in_order);
  EXPECT_FALSE(stand_in_order(std::vector<float>{50, 30, 40, 0, kNaN, kNaN, kNaN, kNaN}).in_order);
  EXPECT_FALSE(stand_in_order(std::vector<float>{50, 30, 40, 0, 0, 3, 4, 0}).in_order) << "no energy";
  EXPECT_TRUE(stand_in_order(std::vector<float>(800, 0.0F)).in_order);
  EXPECT_EQ(stand_in_order(std::vector<float>(800, 0.0F)).padding, 200);
  EXPECT_EQ(stand_in_order(std::vector<float>(800, 0.0F)).used, 0);
  EXPECT_EQ(stand_in_order(std::vector<float>(8, -0.0F)).padding, 2);
}

// A place that is wrong at any place, in and between the groups that are looked at together.
TEST(StandInOrder, LooksAtEachPlace) {
  std::vector<float> places;
  for (int i = 0; i < 100; ++i) {
    const auto pt = static_cast<float>(200 - i);
    places.insert(places.end(), {pt, pt, 0, 0});
  }
  ASSERT_TRUE(stand_in_order(places).in_order);
  for (std::size_t i = 1; i < 100; ++i) {
    std::vector<float> wrong = places;
    wrong[4 * i] = wrong[4 * i + 1] = 200.5F - static_cast<float>(i) + 1;
    EXPECT_FALSE(stand_in_order(wrong).in_order) << i;
    wrong[4 * i] = wrong[4 * i + 1] = kNaN;
    EXPECT_FALSE(stand_in_order(wrong).in_order) << i;
  }
}

TEST(StandInOrder, LetsWhatIsAboutEqualStandEitherWay) {
  EXPECT_TRUE(stand_in_order(std::vector<float>{50, 100, 0, 0, 50, 100.00005F, 0, 0}).in_order);
  EXPECT_FALSE(stand_in_order(std::vector<float>{50, 100, 0, 0, 50, 100.0005F, 0, 0}).in_order);
  EXPECT_EQ(Collected({50, 100, 0, 0, 50, 100.00005F, 0, 0}).notes.unsorted, 0) << "sorted without a word";
}

}  // namespace
}  // namespace jetrain

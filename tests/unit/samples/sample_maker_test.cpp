#include "samples/sample_maker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "dataset/sample_loader.hpp"
#include "sparse_samples.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

Config config_of(const std::string& yaml) {
  return parse_config("model: {layers: [dense: {units: 2, activation: softmax}]}\n" + yaml, "test.yaml", {},
                      false);
}

constexpr const char* kTwo = "input: constituents\nconstituents: {most: 2}\n";
/// Out of order, with padding before the last.
const std::vector<float> kPlaces{6, 3, 4, 1, 50, 30, 40, 2, -999, -999, -999, -999, 2, 1, 1, 1, 0, 0, 0, 0};

TEST(SampleMaker, MakesASetOfTheLeadingOnesAndTheSumOfAll) {
  const SampleMaker maker(config_of(std::string(kTwo) + "data: {high_level: [multiplicity, pt]}\n"));
  SampleDraft draft;
  ASSERT_EQ(maker.make(kPlaces, true, draft), RowStatus::good);
  const SampleView sample = draft.view(1);
  EXPECT_THAT(sample.input.positions, IsEmpty());
  EXPECT_EQ(sample.constituents.width, 4);
  EXPECT_THAT(sample.constituents.values, ElementsAre(50, 30, 40, 2, 6, 3, 4, 1));
  EXPECT_THAT(sample.jet, ElementsAre(58, 34, 45, 4));
  EXPECT_THAT(sample.features, ElementsAre(3, std::hypot(34.0F, 45.0F)));  // of all
  EXPECT_EQ(draft.notes.padding, 2);
  EXPECT_EQ(draft.notes.other_padding, 1);
  EXPECT_EQ(draft.notes.unsorted, 1);
}

TEST(SampleMaker, GivesImagesTheirJetWhereItIsAskedForInTraining) {
  const std::string reweighting = "train: {reweight: {to: flat, bins: {pt: [10, 20]}}}\n";
  SampleDraft draft;
  ASSERT_EQ(SampleMaker(config_of(reweighting), true).make(kPlaces, true, draft), RowStatus::good);
  const SampleView sample = draft.view(1);
  EXPECT_THAT(sample.jet, ElementsAre(58, 34, 45, 4));  // of all, whatever their order
  EXPECT_EQ(sample.constituents.width, 0);
  for (const auto& [yaml, kept] : {std::pair(reweighting, false), std::pair(std::string(), true)}) {
    SampleDraft other;
    ASSERT_EQ(SampleMaker(config_of(yaml), kept).make(kPlaces, true, other), RowStatus::good);
    EXPECT_THAT(other.view(1).jet, IsEmpty());
    EXPECT_THAT(other.view(1).input.positions, ElementsAreArray(sample.input.positions));
  }
}

TEST(SampleMaker, KeepsAllWhereMostIsNought) {
  const SampleMaker maker(config_of("input: constituents\nconstituents: {most: 0}\n"));
  SampleDraft draft;
  ASSERT_EQ(maker.make(kPlaces, true, draft), RowStatus::good);
  EXPECT_EQ(draft.view(0).constituents.rows(), 3);
  std::vector<float> many;
  for (int i = 0; i < 300; ++i) many.insert(many.end(), {1, 1, 0, 0});
  ASSERT_EQ(maker.make(many, true, draft), RowStatus::good);
  EXPECT_EQ(draft.view(0).constituents.rows(), 300);
}

TEST(SampleMaker, MakesAnEmptySetOfNothing) {
  const SampleMaker maker(config_of(kTwo));
  SampleDraft draft;
  ASSERT_EQ(maker.make(kPlaces, true, draft), RowStatus::good);
  ASSERT_EQ(maker.make(std::vector<float>(8, 0.0F), true, draft), RowStatus::good);
  EXPECT_EQ(draft.view(0).constituents.rows(), 0);
  EXPECT_EQ(draft.view(0).constituents.width, 4);
  EXPECT_THAT(draft.view(0).jet, ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(draft.notes.empty, 1);
  EXPECT_EQ(draft.notes.unsorted, 0);
}

TEST(SampleMaker, RefusesWhatIsNotFiniteInASet) {
  const SampleMaker maker(config_of(kTwo));
  SampleDraft draft;
  EXPECT_EQ(maker.make(std::vector<float>{6, 3, NAN, 1}, true, draft), RowStatus::not_finite);
}

// Images know no parts of sets.
TEST(SampleMaker, MakesImagesWithoutThem) {
  SampleDraft draft;
  ASSERT_EQ(SampleMaker(config_of("")).make(kPlaces, true, draft), RowStatus::good);
  EXPECT_EQ(draft.view(0).constituents.width, 0);
  EXPECT_THAT(draft.view(0).jet, IsEmpty());
}

TEST(Augmenter, AugmentsSetsAsAFunctionOfEpochAndNumber) {
  const Augmenter augmenter(config_of(std::string(kTwo) + "augmentation: {rotate_degrees: 180}\n"));
  ASSERT_TRUE(augmenter.used());
  const std::vector<float> constituents{50, 30, 40, 2, 6, 3, 4, 1};
  const std::vector<float> jet{58, 34, 45, 4};
  const std::vector<float> features{7};
  SampleView stored;
  stored.label = 1;
  stored.features = features;
  stored.constituents = {constituents, 4};
  stored.jet = jet;
  SampleDraft draft;
  const SampleView first = augmenter.augment(stored, 1, 5, draft);
  EXPECT_EQ(first.label, 1);
  EXPECT_THAT(first.features, ElementsAre(7));
  EXPECT_EQ(first.constituents.rows(), 2);
  const std::vector<float> kept(first.constituents.values.begin(), first.constituents.values.end());
  EXPECT_THAT(kept, testing::Not(ElementsAreArray(constituents)));
  SampleDraft other;
  EXPECT_THAT(augmenter.augment(stored, 1, 5, other).constituents.values, ElementsAreArray(kept));
  EXPECT_THAT(augmenter.augment(stored, 2, 5, other).constituents.values,
              testing::Not(ElementsAreArray(kept)));
  EXPECT_THAT(augmenter.augment(stored, 1, 6, other).constituents.values,
              testing::Not(ElementsAreArray(kept)));
}

TEST(Augmenter, WithDroppingAloneIsUsed) {
  EXPECT_TRUE(Augmenter(config_of(std::string(kTwo) + "augmentation: {drop: 0.1}\n")).used());
  EXPECT_FALSE(Augmenter(config_of(kTwo)).used());
}

std::vector<std::string> said(const ReadingNotes& notes) {
  std::vector<std::string> lines;
  say_notes(notes, [&](LogLevel, const std::string& text) { lines.push_back(text); });
  return lines;
}

TEST(ReadingNotes, AreSaidWhereSomethingWasUnusual) {
  EXPECT_THAT(said({100, 15000, 0, 0, 0}), IsEmpty());
  EXPECT_THAT(said({100, 15000, 12, 3, 1}),
              ElementsAre(HasSubstr("skipped 15000 places of padding, of which 12 are not zeros behind"),
                          HasSubstr("sorted the constituents of 3 jets"),
                          HasSubstr("1 jet is without any constituent")));
}

TEST(ReadingNotes, AddUp) {
  ReadingNotes notes{1, 2, 3, 4, 5};
  notes.add({10, 20, 30, 40, 50});
  const ReadingNotes all = sum_of(notes, Communicator::self());
  EXPECT_EQ(all.jets, 11);
  EXPECT_EQ(all.padding, 22);
  EXPECT_EQ(all.other_padding, 33);
  EXPECT_EQ(all.unsorted, 44);
  EXPECT_EQ(all.empty, 55);
}

}  // namespace
}  // namespace jetrain

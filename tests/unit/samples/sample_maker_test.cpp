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

TEST(SampleMaker, HasColumnsBehindTheMomentaOfSetsOnly) {
  const std::string more = "data: {high_level: [multiplicity, pt], jets: {constituent_columns: [d0]}}\n";
  SampleDraft draft;
  const std::vector<float> values{1, 2, 3, 4, 5};
  const PlaceColumns columns{values, 1};
  ASSERT_EQ(SampleMaker(config_of(kTwo + more)).make(kPlaces, true, draft, columns), RowStatus::good);
  EXPECT_EQ(draft.view(1).constituents.width, 5);
  EXPECT_THAT(draft.view(1).constituents.values, ElementsAre(50, 30, 40, 2, 2, 6, 3, 4, 1, 1));
  EXPECT_THAT(draft.view(1).jet, ElementsAre(58, 34, 45, 4));
  EXPECT_THAT(draft.view(1).features, ElementsAre(3, std::hypot(34.0F, 45.0F)));
  SampleDraft image;
  ASSERT_EQ(SampleMaker(config_of(more)).make(kPlaces, true, image, columns), RowStatus::good);
  EXPECT_EQ(image.view(1).constituents.width, 0);
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

/// Seven constituents by falling pT; about an axis, so that images differ.
std::vector<float> seven() {
  std::vector<float> places;
  for (int i = 0; i < 7; ++i) {
    const float pt = 100.0F / static_cast<float>(i + 1);
    const float phi = 0.1F * static_cast<float>(i * i % 5);
    const float pz = pt * (0.3F - 0.07F * static_cast<float>(i * 3 % 7));
    places.insert(places.end(), {std::hypot(pt, pz), pt * std::cos(phi), pt * std::sin(phi), pz});
  }
  return places;
}

struct Made {
  explicit Made(const std::vector<float>& places, const std::string& yaml = "") {
    EXPECT_EQ(
        SampleMaker(config_of(yaml + "data: {high_level: [pt, multiplicity]}\n")).make(places, true, draft),
        RowStatus::good);
    const SparseView image = draft.input();
    positions.assign(image.positions.begin(), image.positions.end());
    values.assign(image.values.begin(), image.values.end());
  }
  bool operator==(const Made& other) const {
    return positions == other.positions && values == other.values && draft.features == other.draft.features;
  }
  SampleDraft draft;
  std::vector<std::uint16_t> positions;
  std::vector<float> values;
};

TEST(SampleMaker, MakesTheSameImageOfAnyOrderAndAnyPadding) {
  const std::vector<float> sorted = seven();
  const Made published(sorted);
  EXPECT_GT(published.positions.size(), 3U);
  EXPECT_EQ(published.draft.notes.unsorted, 0);
  EXPECT_EQ(published.draft.notes.other_padding, 0);

  std::vector<float> ascending;
  for (std::size_t i = 7; i-- > 0;) ascending.insert(ascending.end(), &sorted[4 * i], &sorted[4 * i] + 4);
  EXPECT_EQ(Made(ascending), published);
  EXPECT_EQ(Made(ascending).draft.notes.unsorted, 1);
  for (const char* augmented :
       {"augmentation: {flip: true}\n", "image: {rotate: false, channels: [energy, mass]}\n"})
    EXPECT_EQ(Made(ascending, augmented), Made(sorted, augmented));

  const auto padded = [&](float e, std::size_t before, std::size_t behind) {
    std::vector<float> places(4 * before, e);
    places.insert(places.end(), sorted.begin(), sorted.end());
    places.resize(places.size() + 4 * behind, e);
    return Made(places);
  };
  EXPECT_EQ(padded(0, 0, 193), published);
  EXPECT_EQ(padded(0, 0, 193).draft.notes.other_padding, 0);
  EXPECT_EQ(padded(0, 0, 193).draft.notes.padding, 193);
  EXPECT_EQ(padded(0, 193, 0), published);
  EXPECT_EQ(padded(0, 193, 0).draft.notes.other_padding, 193);
  EXPECT_EQ(padded(-999, 0, 193), published);
  EXPECT_EQ(padded(NAN, 3, 190), published);
}

TEST(SampleMaker, TakesTheLeadingOnesOfMoreThanAnImageHolds) {
  const std::vector<float> sorted = seven();
  std::vector<float> places;
  for (int i = 0; i < 300; ++i) places.insert(places.end(), {1e-3F, 1e-3F, 0, 0});
  const std::size_t soft = places.size();
  places.insert(places.end(), sorted.begin(), sorted.end());
  std::vector<float> in_order = sorted;
  in_order.insert(in_order.end(), places.begin(), places.begin() + static_cast<std::ptrdiff_t>(soft));
  EXPECT_EQ(Made(places), Made(in_order));
}

TEST(SampleMaker, MakesAnEmptyImageOfNothing) {
  const Made made(std::vector<float>(800, 0.0F));
  EXPECT_TRUE(made.positions.empty());
  EXPECT_EQ(made.draft.notes.empty, 1);
}

TEST(SampleMaker, RefusesWhatIsNotFiniteInAnImage) {
  SampleDraft draft;
  for (const float bad : {NAN, INFINITY}) {
    std::vector<float> places = seven();
    places[9] = bad;
    EXPECT_EQ(SampleMaker(config_of("")).make(places, true, draft), RowStatus::not_finite);
  }
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

TEST(ReadingNotes, AreSaidOfMomentaThatFewJetsHave) {
  EXPECT_THAT(said({.jets = 100, .impossible = 1, .hard = 50, .soft = 50}), IsEmpty());
  EXPECT_THAT(said({.jets = 100, .empty = 90, .impossible = 1, .hard = 6, .soft = 6, .of_no_set = 1}),
              ElementsAre(HasSubstr("90 jets are without"), HasSubstr("left out 1 row of no set"),
                          HasSubstr("1 of 10 jets have a leading constituent whose energy does not fit"),
                          HasSubstr("data.jets.unit: MeV"), HasSubstr("data.jets.relative_to: jet")));
}

TEST(ReadingNotes, AddUp) {
  ReadingNotes notes{1, 2, 3, 4, 5, 6, 7, 8, 9};
  notes.add({10, 20, 30, 40, 50, 60, 70, 80, 90});
  const ReadingNotes all = sum_of(notes, Communicator::self());
  EXPECT_EQ(all.jets, 11);
  EXPECT_EQ(all.padding, 22);
  EXPECT_EQ(all.other_padding, 33);
  EXPECT_EQ(all.unsorted, 44);
  EXPECT_EQ(all.empty, 55);
  EXPECT_EQ(all.impossible, 66);
  EXPECT_EQ(all.hard, 77);
  EXPECT_EQ(all.soft, 88);
  EXPECT_EQ(all.of_no_set, 99);
}

}  // namespace
}  // namespace jetrain

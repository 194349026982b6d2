#include "samples/sample_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetrain/error.hpp"
#include "samples/flat_sample.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;

Config config_of(const std::string& yaml) {
  return parse_config("model: {layers: [flatten, dense: {units: 2}]}\n" + yaml, "test.yaml", {}, false);
}

constexpr const char* kJets =
    "image: {bins: 12, channels: [pt, energy]}\n"
    "data: {high_level: [mass, pt, eta]}\n";

TEST(SampleLayout, OfJetsIsTheirImageAndFeatures) {
  const SampleLayout layout = sample_layout(config_of(kJets));
  EXPECT_EQ(layout.input, (Grid{2, 12, 12}));
  EXPECT_TRUE(layout.is_image);
  EXPECT_TRUE(reads_jets(config_of(kJets).data));
  EXPECT_FALSE(layout.is_cloud);
  EXPECT_EQ(labels_of(config_of(kJets).data), Labels::jets);
  EXPECT_EQ(layout.features, 3);
  EXPECT_EQ(layout.targets, 0);
  EXPECT_EQ(layout.size(), 2 * 144 + 3);
}

TEST(SampleLayout, OfArraysIsTheirShape) {
  const Config images = config_of("data: {arrays: {features: x, labels: y, shape: [2, 4, 5]}}");
  EXPECT_EQ(sample_layout(images).input, (Grid{2, 4, 5}));
  EXPECT_TRUE(sample_layout(images).is_image);
  EXPECT_FALSE(reads_jets(images.data));
  EXPECT_EQ(labels_of(images.data), Labels::classes);
  const Config vectors = config_of("data: {arrays: {features: x, labels: y, shape: [7], targets: 2}}");
  EXPECT_EQ(sample_layout(vectors).input, (Grid{1, 1, 7}));
  EXPECT_FALSE(sample_layout(vectors).is_image);
  EXPECT_EQ(labels_of(vectors.data), Labels::none);
  EXPECT_EQ(sample_layout(vectors).targets, 2);
  EXPECT_THROW(sample_layout(config_of("data: {arrays: {features: x, labels: y}}")), UsageError);
}

TEST(SampleLayout, OfJetsToBeAugmentedIsACloudWhereTheyTrain) {
  const Config config = config_of(std::string(kJets) + "augmentation: {flip: true}\n");
  EXPECT_EQ(sample_layout(config).input, (Grid{2, 12, 12}));
  EXPECT_EQ(stored_layout(config, Set::validation).input, (Grid{2, 12, 12}));
  const SampleLayout cloud = stored_layout(config, Set::train);
  EXPECT_TRUE(cloud.is_cloud);
  EXPECT_EQ(cloud.input, (Grid{1, 200, 7}));
  EXPECT_EQ(cloud.features, 3);
  EXPECT_EQ(stored_layout(config_of(kJets), Set::train).input, (Grid{2, 12, 12}));
}

TEST(SampleLayout, OfConstituentsIsASetBesideTheFeatures) {
  const Config config = config_of(
      "input: constituents\nconstituents: {most: 100, features: [px, py]}\ndata: {high_level: [mass]}\n"
      "augmentation: {flip: true}\n");
  const SampleLayout layout = sample_layout(config);
  EXPECT_TRUE(layout.is_set());
  EXPECT_FALSE(layout.is_image);
  EXPECT_EQ(layout.constituent_columns, 4);
  EXPECT_EQ(layout.constituent_features, 2);
  EXPECT_EQ(layout.most_constituents, 100);
  EXPECT_EQ(layout.features, 1);
  EXPECT_EQ(layout.size(), 1);
  EXPECT_TRUE(reads_jets(config.data));
  EXPECT_EQ(labels_of(config.data), Labels::jets);
  EXPECT_TRUE(stored_layout(config, Set::train).is_set());  // augmented, it is no cloud
  EXPECT_FALSE(stored_layout(config, Set::train).is_cloud);
  EXPECT_FALSE(sample_layout(config_of(kJets)).is_set());
}

TEST(SampleLayout, OfConstituentsHasTheirColumnsBehindTheMomenta) {
  const std::string columns = "data: {jets: {constituent_columns: [charge, d0]}}\n";
  EXPECT_EQ(sample_layout(config_of("input: constituents\n" + columns)).constituent_columns, 6);
  EXPECT_EQ(sample_layout(config_of(columns)).constituent_columns, 0);
}

TEST(SampleLayout, RefusesMoreValuesThanPositions) {
  EXPECT_THROW(sample_layout(config_of("image: {bins: 255, channels: [pt, energy]}")), UsageError);
}

/// Of four positions, with two features and three targets.
SampleLayout small_layout() {
  SampleLayout layout;
  layout.input = {1, 2, 2};
  layout.features = 2;
  layout.targets = 3;
  return layout;
}

const std::vector<std::uint16_t> kPositions{0, 3};
const std::vector<float> kValues{0.5F, 0.25F};
const std::vector<float> kFeatures{0.0F, 7.0F};
const std::vector<float> kTargets{0.0F, -1.0F, 0.0F};

// The numbering of caches and fingerprints, which must never change: files depend on it.
TEST(FlatSample, StandsInputsThenFeaturesThenTargets) {
  FlatSample flat(small_layout());
  const SampleView sample{{kPositions, kValues}, 1, kFeatures, kTargets};
  const auto [positions, values] = flat.flatten(sample);
  EXPECT_THAT(positions, ElementsAre(0, 3, 4, 5, 7));
  EXPECT_THAT(values, ElementsAre(0.5F, 0.25F, 0.0F, 7.0F, -1.0F));
  EXPECT_EQ(FlatSample::entries(sample), 5);
  EXPECT_THAT(flat.flatten({{kPositions, kValues}}).positions, ElementsAre(0, 3));
}

TEST(FlatSample, ComesBack) {
  FlatSample flat(small_layout());
  FlatSample back(small_layout());
  const SampleView sample = back.restore(flat.flatten({{kPositions, kValues}, 1, kFeatures, kTargets}), 1);
  EXPECT_EQ(sample.label, 1);
  EXPECT_THAT(sample.input.positions, ElementsAre(0, 3));
  EXPECT_THAT(sample.input.values, ElementsAre(0.5F, 0.25F));
  EXPECT_THAT(sample.features, ElementsAre(0.0F, 7.0F));
  EXPECT_THAT(sample.targets, ElementsAre(0.0F, -1.0F, 0.0F));
}

TEST(FlatSample, RefusesPositionsThatNoSampleHas) {
  FlatSample flat(small_layout());
  const std::vector<std::uint16_t> beyond{1, 9};
  const std::vector<std::uint16_t> descending{3, 1};
  EXPECT_THROW(flat.restore({beyond, kValues}, 0), DataError);
  EXPECT_THROW(flat.restore({descending, kValues}, 0), DataError);
}

}  // namespace
}  // namespace jetrain

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Config parse(const std::string& text, const std::vector<std::string>& assignments = {}) {
  return parse_config("model: {layers: [dense: {units: 2, activation: softmax}]}\n" + text, "a.yaml",
                      assignments, false);
}

std::string refusal(const std::string& text, const std::vector<std::string>& assignments = {}) {
  return test::refusal_of([&] { parse(text, assignments); });
}

std::vector<ConstituentFeature> features_of(const Config& config) {
  std::vector<ConstituentFeature> features;
  for (const ConstituentFeatureConfig& each : config.constituents.features)
    features.push_back(each.feature());
  return features;
}

constexpr const char* kArrays = "data: {arrays: {features: x, labels: y}}\n";

TEST(Input, IsAnImageUnlessSaidOtherwise) {
  EXPECT_EQ(parse("").input, InputKind::image);
  EXPECT_EQ(parse("input: constituents\n").input, InputKind::constituents);
  EXPECT_THAT(refusal("input: graph\n"), HasSubstr("must be one of image, constituents, arrays, not graph"));
}

TEST(Input, IsArraysWhereTheyAreNamed) {
  const Config config = parse(kArrays);
  EXPECT_EQ(config.input, InputKind::arrays);
  EXPECT_THAT(to_yaml(config), HasSubstr("\ninput: arrays\n"));
  EXPECT_EQ(to_yaml(parse_config(to_yaml(config), "again.yaml", {}, false)), to_yaml(config));
  EXPECT_EQ(parse(std::string(kArrays) + "input: arrays\n").input, InputKind::arrays);
}

TEST(Input, GoesWithItsData) {
  EXPECT_THAT(refusal("input: arrays\n"), HasSubstr("needs data.arrays.features"));
  EXPECT_THAT(refusal(std::string(kArrays) + "input: image\n"),
              HasSubstr("input: image is made of jets, but data.arrays.features names plain arrays"));
  EXPECT_THAT(refusal(std::string(kArrays) + "input: constituents\n"), HasSubstr("made of jets"));
}

TEST(Input, OfConstituentsHasSettingsOfItsOwn) {
  EXPECT_THAT(refusal("constituents: {most: 100}\n"),
              HasSubstr("constituents: is used with input: constituents only, and input is image"));
  EXPECT_EQ(refusal("constituents: {most: 128}\n"), "");  // as every written config says
  EXPECT_THAT(refusal("augmentation: {drop: 0.1}\n"), HasSubstr("augmentation.drop: is of sets"));
  EXPECT_EQ(refusal("input: constituents\naugmentation: {drop: 0.1}\nimage: {bins: 20}\n"), "");
}

TEST(Constituents, HaveTheUsualFeatures) {
  using F = ConstituentFeature;
  const Config config = parse("input: constituents\n");
  EXPECT_EQ(config.constituents.most, 128);
  EXPECT_EQ(config.constituents.axis, ConstituentAxis::jet);
  EXPECT_THAT(features_of(config), ElementsAre(F::eta_rel, F::phi_rel, F::log_pt, F::log_e, F::log_pt_rel,
                                               F::log_e_rel, F::delta_r));
  EXPECT_EQ(config.constituents.features[2].scaling(), (FeatureScaling{1.7, 0.7, 5}));
  EXPECT_EQ(config.constituents.features[0].scaling(), (FeatureScaling{0, 1, 0}));
}

TEST(Constituents, HaveFeaturesOfColumnsThatAreRead) {
  const std::string columns =
      "input: constituents\ndata: {jets: {constituent_columns: [\"X[3]\", charge]}}\n";
  const auto features = [&](const std::string& list) {
    return columns + "constituents: {features: [" + list + "]}\n";
  };
  const Config config =
      parse(features("column: {name: charge, clip: 2}, column: {name: 'X[3]', equals: [211, -211]}, e"));
  ASSERT_NE(config.constituents.features[1].column(), nullptr);
  EXPECT_EQ(config.constituents.features[0].scaling(), (FeatureScaling{0, 1, 2}));
  EXPECT_EQ(config.constituents.features[1].text(), "column X[3] = 211 or -211");
  EXPECT_EQ(config.constituents.features[2].column(), nullptr);
  EXPECT_EQ(to_yaml(parse_config(to_yaml(config), "again.yaml", {}, false)), to_yaml(config));

  EXPECT_EQ(refusal(features("column: {name: charge, equals: [1]}, column: {name: charge, equals: [-1]}")),
            "");
  EXPECT_THAT(refusal(features("column: {name: charge}, column: {name: charge, scale: 2}")),
              HasSubstr("names column charge twice"));
  EXPECT_THAT(
      refusal(features("column: {name: charg}")),
      HasSubstr("column charg is none of data.jets.constituent_columns (X[3], charge): did you mean"));
  EXPECT_THAT(refusal(features("column: {clip: 1}")), HasSubstr("name"));
  EXPECT_THAT(refusal("input: constituents\nconstituents: {features: [column: {name: d0}]}\n"),
              HasSubstr("column d0 is none of data.jets.constituent_columns (which names none)"));
  EXPECT_THAT(refusal("data: {jets: {constituent_columns: [d0, d0]}}\n"), HasSubstr("names d0 twice"));
  EXPECT_THAT(test::refusal_of([] {
                parse_config(
                    "model: {layers: [flatten]}\ndata: {files: [a.h5], jets: {constituent_columns: d0}}\n",
                    "a.yaml", {}, true);
              }),
              HasSubstr("data.jets.constituent_columns: is of sets"));
}

TEST(Constituents, NameTheirFeaturesPlainOrWithSettings) {
  const Config config = parse(
      "input: constituents\n"
      "constituents: {most: 0, axis: weighted_mean,\n"
      "  features: [pt_fraction, log_pt: {shift: 1.5}, delta_r: {scale: 2, clip: 0}]}\n");
  EXPECT_THAT(features_of(config), ElementsAre(ConstituentFeature::pt_fraction, ConstituentFeature::log_pt,
                                               ConstituentFeature::delta_r));
  EXPECT_EQ(config.constituents.features[1].scaling(), (FeatureScaling{1.5, 0.7, 5}));
  EXPECT_EQ(config.constituents.features[2].scaling(), (FeatureScaling{0.2, 2, 0}));
  const std::string text = to_yaml(config);
  EXPECT_EQ(to_yaml(parse_config(text, "again.yaml", {}, false)), text);
}

TEST(Constituents, RefuseWhatCannotBe) {
  const std::string set = "input: constituents\n";
  EXPECT_THAT(refusal(set, {"constituents.most=-1"}), HasSubstr("must be from 0 to 65535"));
  EXPECT_THAT(refusal(set, {"constituents.axis=beam"}), HasSubstr("jet, leading, weighted_mean"));
  EXPECT_THAT(refusal(set, {"constituents.features=[]"}), HasSubstr("names no feature"));
  EXPECT_THAT(refusal(set, {"constituents.features=[px, e, px]"}), HasSubstr("names px twice"));
  EXPECT_THAT(refusal(set, {"constituents.features=[log_pT]"}), HasSubstr("did you mean log_pt?"));
  EXPECT_THAT(refusal(set, {"constituents.features=[px: {clip: -1}]"}), HasSubstr("must be at least 0"));
}

TEST(Constituents, DifferByKey) {
  const Config a = parse("input: constituents\n");
  const Config b =
      parse("input: constituents\nconstituents: {most: 100, features: [px, log_pt: {clip: 4}]}\n");
  EXPECT_THAT(differing_keys(a, a), IsEmpty());
  EXPECT_THAT(differing_keys(a, b), testing::Contains("constituents.most"));
  EXPECT_THAT(differing_keys(a, b), testing::Contains("constituents.features[0].px.shift"));
}

}  // namespace
}  // namespace jetrain

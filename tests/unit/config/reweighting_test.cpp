#include "config/reweighting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Config with(const std::string& reweighting, const std::string& more = "") {
  return parse_config("model: {layers: [dense: {units: 2, activation: softmax}]}\ntrain: {reweight: " +
                          reweighting + "}\n" + more,
                      "test.yaml", {}, false);
}

std::string refusal(const std::string& reweighting, const std::string& more = "") {
  return test::refusal_of([&] { with(reweighting, more); });
}

TEST(ReweightConfig, TakesBordersOrEqualBins) {
  const Config config = with("{to: 1, bins: {pt: [500, 550.5, 600], mass: {from: 0, to: 100, count: 4}}}");
  EXPECT_EQ(config.train.reweight.to, "1");
  EXPECT_THAT(config.train.reweight.bins.pt.edges, ElementsAre(500, 550.5, 600));
  EXPECT_THAT(config.train.reweight.bins.mass.edges, ElementsAre(0, 25, 50, 75, 100));
  EXPECT_EQ(config.train.reweight.bins.mass.bins(), 4);
  const Config again = parse_config(to_yaml(config), "again.yaml", {}, false);
  EXPECT_EQ(again.train.reweight.bins.mass, config.train.reweight.bins.mass);
  EXPECT_TRUE(differing_keys(again, config).empty());
}

TEST(ReweightConfig, IsNotUsedByItself) {
  const Config config = with("{}");
  EXPECT_FALSE(config.train.reweight.used());
  EXPECT_EQ(config.train.reweight.bins.pt.bins(), 1);
}

TEST(ReweightConfig, RefusesWhatMeansNothing) {
  EXPECT_THAT(refusal("{to: flat}"), HasSubstr("needs bins.pt or bins.mass"));
  EXPECT_THAT(refusal("{bins: {pt: [1, 2]}}"), HasSubstr("but not train.reweight.to"));
  EXPECT_THAT(refusal("{to: flat, bins: {pt: [1]}}"), HasSubstr("two borders or more"));
  EXPECT_THAT(refusal("{to: flat, bins: {pt: [1, 3, 3]}}"), HasSubstr("must rise, but 3 follows 3"));
  EXPECT_THAT(refusal("{to: flat, bins: {pt: {from: 3, to: 1, count: 2}}}"), HasSubstr("to above it"));
  EXPECT_THAT(refusal("{to: flat, bins: {pt: {from: 1, to: 3}}}"), HasSubstr("count"));
  EXPECT_THAT(refusal("{to: flat, bins: {eta: [1, 2]}}"), HasSubstr("unknown key"));
  EXPECT_THAT(
      refusal("{to: flat, bins: {pt: {from: 1, to: 3, count: 1000}, mass: {from: 1, to: 3, count: 101}}}"),
      HasSubstr("more than 100000 bins"));
  EXPECT_THAT(refusal("{to: flat, bins: {pt: [1, 2]}}", "data: {arrays: {features: x, labels: y}}\n"),
              HasSubstr("plain arrays have none"));
}

}  // namespace
}  // namespace jetrain

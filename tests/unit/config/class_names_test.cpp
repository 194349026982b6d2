#include "config/class_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Config parsed(const std::string& data) {
  return parse_config(
      "data: {" + data + "}\nmodel: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n", "a.yaml",
      {}, false);
}

std::string refusal(const std::string& data) {
  return test::refusal_of([&] { parsed(data); });
}

TEST(ClassNames, AreThoseOfTheConfigOrSaidByTheData) {
  EXPECT_THAT(class_names(DataConfig(), 2), ElementsAre("QCD", "top"));
  EXPECT_THAT(class_names(DataConfig(), 3), ElementsAre("class 0", "class 1", "class 2"));
  EXPECT_THAT(class_names(parsed("arrays: {features: x, labels: y}").data, 2),
              ElementsAre("class 0", "class 1"));
  EXPECT_THAT(class_names(parsed("preset: energyflow").data, 2), ElementsAre("class 0", "class 1"));
  EXPECT_THAT(class_names(parsed("preset: atlas_top_tagging").data, 2), ElementsAre("QCD", "top"));
  EXPECT_THAT(class_names(parsed("classes: [q, W, 7]").data, 3), ElementsAre("q", "W", "7"));
}

TEST(ClassNames, TellTheSignal) {
  EXPECT_EQ(signal_class(parsed("classes: [q, W, t]").data), -1);
  EXPECT_EQ(signal_class(parsed("classes: [q, W, t], signal: W").data), 1);
}

TEST(ClassNames, AreRefusedWhereTheyCannotBe) {
  EXPECT_THAT(refusal("classes: [q]"), HasSubstr("data.classes: must hold from 2 to 256 names"));
  EXPECT_THAT(refusal("classes: [q, q]"), HasSubstr("has q twice"));
  EXPECT_THAT(refusal("classes: [q, g, t], signal: W"),
              HasSubstr("data.signal: W is none of data.classes (q, g, t)"));
  EXPECT_THAT(refusal("classes: [q, t], signal: q"), HasSubstr("of two classes the signal is class 1"));
  EXPECT_THAT(refusal("signal: top"), HasSubstr("data.signal"));
}

TEST(ClassNames, AreKeptByTheWrittenConfig) {
  const Config config = parsed("classes: [q, 'no: 1', t], signal: q");
  EXPECT_EQ(parse_config(to_yaml(config), "b.yaml", {}, false).data.classes, config.data.classes);
  EXPECT_EQ(parse_config(to_yaml(config), "b.yaml", {}, false).data.signal, "q");
}

}  // namespace
}  // namespace jetrain

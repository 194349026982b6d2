#include "scaling/points.hpp"

#include <gtest/gtest.h>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

TEST(ScalingPoints, AreAllCombinationsRepeatByRepeat) {
  const auto points = scaling_points(ScalingMode::strong, {1, 4}, {1, 2}, 2);
  ASSERT_EQ(points.size(), 8U);
  EXPECT_EQ(points.front().directory(), "strong_r0001_t01_0");
  EXPECT_EQ(points[3].directory(), "strong_r0004_t02_0");
  EXPECT_EQ(points[3].workers(), 8);
  EXPECT_EQ(points[4].repeat, 1);
}

TEST(ScalingPoints, WeakScalingGrowsTheBatchAndTheLimit) {
  Config config;
  config.train.batch_size = 64;
  config.data.limit.jets = 1000;
  const Config weak = config_of({ScalingMode::weak, 4, 2, 0}, config);
  EXPECT_EQ(weak.train.batch_size, 512);
  EXPECT_EQ(weak.data.limit.jets, 8000);
  const Config strong = config_of({ScalingMode::strong, 4, 2, 0}, config);
  EXPECT_EQ(strong.train.batch_size, 64);
  EXPECT_EQ(strong.data.limit.jets, 1000);
  EXPECT_FALSE(strong.early_stopping.enabled);
}

TEST(ScalingPoints, RefuseABatchBeyondTheLargest) {
  Config config;
  config.train.batch_size = 10'000'000;
  EXPECT_THROW(config_of({ScalingMode::weak, 1000, 1, 0}, config), UsageError);
}

TEST(ScalingMeasurement, IsReadAsItWasWritten) {
  ScalingMeasurement m;
  m.point = {ScalingMode::weak, 16, 2, 1};
  m.weights_hash = "00ff";
  m.batch_size = 2048;
  m.jets_per_second = 12345.5;
  m.seconds = {{"compute", 1.25}, {"wait", 0.5}};
  m.communication = {{{800, 1e-5}, {3200, 2e-5}}, 1e-10, 1e-6};
  const ScalingMeasurement read = measurement_from_json(to_json(m), "point.json");
  EXPECT_EQ(to_json(read), to_json(m));
  EXPECT_EQ(read.point.directory(), "weak_r0016_t02_1");
  EXPECT_EQ(read.seconds.at("wait"), 0.5);
  EXPECT_EQ(read.communication.allreduce.at(3200), 2e-5);
}

TEST(ScalingMeasurement, OlderOnesHaveJetsOfTheSizeOfImages) {
  ScalingMeasurement m;
  m.jet_bytes = 809.5;
  const std::string text = to_json(m);
  EXPECT_EQ(measurement_from_json(text, "point.json").jet_bytes, 809.5);
  const std::string line = "  \"jet_bytes\": 809.5,\n";
  const std::size_t at = text.find(line);
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_EQ(measurement_from_json(std::string(text).erase(at, line.size()), "point.json").jet_bytes,
            ScalingMeasurement::kImageBytes);
}

TEST(ScalingMeasurements, OfWorkersThatSharedACoreAreLeftOut) {
  ScalingMeasurement own;
  own.point.ranks = 2;
  own.fma_gflops = 190;
  ScalingMeasurement crowded;
  crowded.point.ranks = 4;
  crowded.fma_gflops = 200;
  const auto kept = with_own_cores({own, crowded});
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].point.ranks, 2);
}

TEST(ScalingMeasurement, SaysWhichFileIsDamaged) {
  for (const char* text : {"", "{", "[1]", R"({"mode": "strong"})", R"({"mode": 3})", R"({"mode": "wek"})"}) {
    try {
      measurement_from_json(text, "a/point.json");
      FAIL() << text;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("a/point.json"), std::string::npos);
    }
  }
}

TEST(ScalingMeasurement, TakesNoOtherWordForAMode) {
  std::string text = to_json(ScalingMeasurement());
  text.replace(text.find("strong"), 6, "wek");
  try {
    measurement_from_json(text, "a/point.json");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(),
                 "a/point.json is not a point of a scaling study: \"wek\" is none of strong, weak");
  }
}

}  // namespace
}  // namespace jetrain

// Trainings that begin with another one's weights. (The whole of it, on ranks: cli/start_test.sh.)

#include "run/start_weights.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "exchange/npz_file.hpp"
#include "exchange/parent_weights.hpp"
#include "inference/model_file.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kNetwork =
    "conv2d: {filters: 2, kernel: 3}, batch_norm, flatten, dense: {units: 4}, dense: {units: 2, activation: "
    "softmax}";

class AStart : public testing::Test {
 protected:
  AStart() : parent_config_(config_of(kNetwork, "{}")), parent_(make_model(parent_config_)) {
    parent_.initialize(7);
    std::fill(parent_.parameters().end() - 4, parent_.parameters().end(), 0.25F);  // averages
    save_model(file(), parent_config_, parent_, parent_.parameters());
  }

  static Config config_of(const std::string& layers, const std::string& train, const std::string& more = "") {
    return parse_config("image: {bins: 8}\nmodel: {layers: [" + layers + "]}\ntrain: " + train + "\n" + more,
                        "test.yaml", {}, false);
  }
  std::string file() const { return folder_.file("best.h5"); }
  std::string start_at(const std::string& path, const std::string& more = "") const {
    return "{start: {model: " + path + more + "}}";
  }

  StartRecord start(const Config& config) {
    model_ = std::make_unique<Model>(make_model(config));
    model_->initialize(config.seed);
    Log log(false);
    return start_from_weights(config, *model_, Communicator::self(), log);
  }
  std::string refusal(const Config& config) {
    return test::refusal_of<Error>([&] { start(config); });
  }
  static std::vector<float> layer_of(const Model& model, const std::string& layer) {
    std::vector<float> values;
    for (const ParameterView& view : model.parameter_views()) {
      if (view.layer != layer) continue;
      const auto array = model.parameters().subspan(static_cast<std::size_t>(view.offset),
                                                    static_cast<std::size_t>(view.spec.size()));
      values.insert(values.end(), array.begin(), array.end());
    }
    return values;
  }

  test::TemporaryFolder folder_;
  Config parent_config_;
  Model parent_;
  std::unique_ptr<Model> model_;
};

TEST_F(AStart, TakesAllOfTheSameNetworkWithItsAverages) {
  const StartRecord record = start(config_of(kNetwork, start_at(file())));
  EXPECT_TRUE(std::ranges::equal(model_->parameters(), parent_.parameters()));
  EXPECT_EQ(record.link.weights_hash, weights_hash(parent_.parameters()));
  EXPECT_THAT(record.link.taken, ElementsAre("conv2d", "batch_norm", "dense", "dense_1"));
  EXPECT_TRUE(record.link.left.empty() && record.link.fresh.empty() && record.link.changed.empty());
}

TEST_F(AStart, LeavesWhatIsOfAnotherShapeToTheSeed) {
  const std::string wider =
      "conv2d: {filters: 2, kernel: 3}, batch_norm, flatten, dense: {units: 4}, dense: {units: 3, "
      "activation: "
      "softmax}";
  const Config config =
      config_of(wider, start_at(file()), "data: {classes: [a, b, c], jets: {label: [x, y, z]}}");
  const StartRecord record = start(config);
  EXPECT_THAT(record.link.taken, ElementsAre("conv2d", "batch_norm", "dense"));
  EXPECT_THAT(record.link.fresh, ElementsAre("dense_1"));
  ASSERT_EQ(record.link.left.size(), 1U);
  EXPECT_EQ(record.link.left[0].why, "bias is (2) there and (3) here");
  EXPECT_EQ(layer_of(*model_, "dense"), layer_of(parent_, "dense"));
  Model anew = make_model(config);
  anew.initialize(config.seed);
  EXPECT_EQ(layer_of(*model_, "dense_1"), layer_of(anew, "dense_1"));
}

TEST_F(AStart, ChoosesByPatterns) {
  const StartRecord record =
      start(config_of(kNetwork, start_at(file(), ", layers: ['dense*', conv2d], except: dense_1")));
  EXPECT_THAT(record.link.taken, ElementsAre("conv2d", "dense"));
  EXPECT_THAT(record.link.fresh, ElementsAre("batch_norm", "dense_1"));
  EXPECT_THAT(
      refusal(config_of(kNetwork, start_at(file(), ", layers: pool"))),
      HasSubstr("train.start.layers: in " + file() + ": pool matches no layer: there are batch_norm"));
}

TEST_F(AStart, SaysWhatDiffersAndWhoStoodBefore) {
  const Config config = config_of(kNetwork, start_at(file()), "seed: 5\n");
  const StartRecord first = start(config);
  ASSERT_EQ(first.link.changed.size(), 1U);
  EXPECT_EQ(first.link.changed[0].key, "seed");
  EXPECT_EQ(first.link.changed[0].before, "1");
  EXPECT_EQ(first.link.changed[0].now, "5");
  save_model(folder_.file("second.h5"), config, *model_, model_->parameters(), {"", start_text(first)});
  const StartRecord second = start(config_of(kNetwork, start_at(folder_.file("second.h5"))));
  ASSERT_EQ(second.ancestors.size(), 1U);
  EXPECT_EQ(second.ancestors[0].model, file());
  const StartRecord read = parse_start(start_text(second), "test");
  EXPECT_EQ(start_text(read), start_text(second));
  EXPECT_TRUE(parse_start("", "test").empty());
}

TEST_F(AStart, TakesTheSameFromAnArchiveOfArrays) {
  save_npz(folder_.file("weights.npz"), parent_);
  const StartRecord record = start(config_of(kNetwork, start_at(folder_.file("weights.npz"))));
  EXPECT_TRUE(std::ranges::equal(model_->parameters(), parent_.parameters()));
  EXPECT_EQ(record.link.weights_hash, weights_hash(parent_.parameters()));
}

TEST_F(AStart, RefusesChannelsInAnotherOrderWhereTheirLayerIsTaken) {
  const auto with_channels = [&](const std::string& channels, const std::string& train) {
    return parse_config("image: {bins: 8, channels: [" + channels + "]}\nmodel: {layers: [" + kNetwork +
                            "]}\ntrain: " + train + "\n",
                        "test.yaml", {}, false);
  };
  const Config two = with_channels("pt, multiplicity", "{}");
  Model parent = make_model(two);
  parent.initialize(1);
  save_model(folder_.file("two.h5"), two, parent, parent.parameters());
  const std::string two_h5 = folder_.file("two.h5");
  EXPECT_THAT(
      refusal(with_channels("multiplicity, pt", start_at(two_h5))),
      HasSubstr("there pt, multiplicity, here multiplicity, pt: say them as there, or let conv2d begin "
                "anew (--set 'train.start.except=[conv2d]')"));
  EXPECT_EQ(refusal(with_channels("multiplicity, pt", start_at(two_h5, ", except: conv2d"))), "");
}

TEST_F(AStart, RefusesARegressionsOutputs) {
  EXPECT_THAT(refusal(config_of("conv2d: {filters: 2, kernel: 3}, batch_norm, flatten, dense: {units: 4}, "
                                "dense: {units: 2}",
                                "{loss: mean_squared_error, start: {model: " + file() + "}}")),
              HasSubstr("that network tells classes apart and this one is a regression"));
}

TEST(ParentWeights, AreFinite) {
  test::TemporaryFolder folder;
  const Config config =
      parse_config("image: {bins: 8}\nmodel: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n",
                   "a", {}, false);
  Model model = make_model(config);
  model.parameters()[3] = std::numeric_limits<float>::infinity();
  save_npz(folder.file("bad.npz"), model);
  EXPECT_THAT(
      test::refusal_of<DataError>([&] { read_parent_weights(folder.file("bad.npz")); }),
      HasSubstr("train.start.model: " + folder.file("bad.npz") + ": dense/kernel holds inf (number 3)"));
}

}  // namespace
}  // namespace jetrain

// Trainings of which some layers are frozen, or learn at rates of their own.

#include <gtest/gtest.h>

#include <algorithm>

#include "small_training.hpp"

namespace jetrain {
namespace {

using test::SmallTraining;

/// The numbers of one layer, averages included.
std::vector<float> layer_of(const Model& model, const std::string& layer) {
  std::vector<float> values;
  for (const ParameterView& view : model.parameter_views()) {
    if (view.layer != layer) continue;
    const auto array = model.parameters().subspan(static_cast<std::size_t>(view.offset),
                                                  static_cast<std::size_t>(view.spec.size()));
    values.insert(values.end(), array.begin(), array.end());
  }
  return values;
}

class FrozenTraining : public testing::TestWithParam<const char*> {};

TEST_P(FrozenTraining, LeavesTheBitsOfFrozenLayersToDecayRegularisersAndMomentum) {
  SmallTraining small(
      {"train.freeze=[conv2d, batch_norm]", std::string("train.optimizer=") + GetParam(),
       "model.regularizer.l2=0.01", "train.clip.norm=1",
       "model.layers=[conv2d: {filters: 3, kernel: 4, activation: relu}, batch_norm, flatten, "
       "dense: {units: 2, activation: softmax}]"});
  const std::vector<float> convolution = layer_of(small.model(), "conv2d");
  const std::vector<float> norm = layer_of(small.model(), "batch_norm");
  const std::vector<float> dense = layer_of(small.model(), "dense");
  Trainer trainer = small.trainer();
  trainer.run();
  EXPECT_EQ(layer_of(small.model(), "conv2d"), convolution);
  EXPECT_EQ(layer_of(small.model(), "batch_norm"), norm);
  EXPECT_NE(layer_of(small.model(), "dense"), dense);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, FrozenTraining,
                         testing::Values("{sgd: {momentum: 0.9}}", "{adamw: {weight_decay: 0.1}}",
                                         "{lars: {weight_decay: 0.1}}", "{lamb: {weight_decay: 0.1}}",
                                         "{radam: {weight_decay: 0.1}}", "{lion: {weight_decay: 0.1}}",
                                         "{muon: {weight_decay: 0.1}}", "rmsprop"),
                         [](const auto& tested) { return fmt::format("Number{}", tested.index); });

TEST(RateFactorsInTraining, AreThoseOfTheirLayers) {
  // Of one step, without momentum: the distance gone is the rate's.
  const auto gone = [](const std::vector<std::string>& more) {
    std::vector<std::string> words{"train.optimizer={sgd: {learning_rate: 0.125}}", "train.epochs=1",
                                   "train.batch_size=96", "train.average.decay=0"};
    words.insert(words.end(), more.begin(), more.end());
    SmallTraining small(words);
    std::vector<float> before(small.model().parameters().begin(), small.model().parameters().end());
    Trainer trainer = small.trainer();
    trainer.run();
    std::vector<double> distances;
    for (std::size_t i = 0; i < before.size(); ++i)
      distances.push_back(static_cast<double>(small.model().parameters()[i]) -
                          static_cast<double>(before[i]));
    return distances;
  };
  const std::vector<double> plain = gone({});
  const std::vector<double> slowed = gone({"train.learning_rate_factors={'conv*': 0.5}"});
  constexpr std::size_t kOfConvolution = 4 * 4 * 3 + 3;
  ASSERT_GT(plain.size(), kOfConvolution);
  for (std::size_t i = 0; i < plain.size(); ++i)
    EXPECT_NEAR(slowed[i], plain[i] * (i < kOfConvolution ? 0.5 : 1), 1e-7) << i;
}

}  // namespace
}  // namespace jetrain

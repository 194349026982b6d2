#include "inference/scoring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "inference/model_input.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

/// A network of three classes on rows of two features.
class ScoredRows : public testing::Test {
 protected:
  ScoredRows() {
    config_ = parse_config(
        "data: {arrays: {features: x, labels: y, shape: [2]}, classes: [q, W, t], signal: W}\n"
        "model: {layers: [dense: {units: 3, activation: softmax}]}\n",
        "a.yaml", {}, false);
    model_ = std::make_unique<Model>(make_model(config_));
    model_->initialize(1);
  }
  std::string write(const std::vector<float>& x, const std::vector<std::uint8_t>& y) const {
    hdf5::write_file(folder_.file("a.h5"), hdf5::Seal::none, [&](hid_t file) {
      hdf5::write_array(file, "x", {std::ssize(x) / 2, 2}, x.data());
      if (!y.empty()) hdf5::write_array(file, "y", {std::ssize(y)}, y.data());
    });
    return folder_.file("a.h5");
  }
  ScoredSlice scored(const std::string& path) const {
    const auto rows = SelectedRows::everything({path}, config_, Set::test, self_);
    return score_rows(*model_, rows, rows.range(), self_);
  }
  std::string refusal(const std::string& path) const {
    return test::refusal_of<Error>([&] { scored(path); });
  }

  test::TemporaryFolder folder_;
  const Communicator self_ = Communicator::self();
  Config config_;
  std::unique_ptr<Model> model_;
};

TEST_F(ScoredRows, GivesTheSignalsOutputAndTheClassThatIsCalled) {
  const ScoredSlice slice = scored(write({1, 0, 0, 1, -1, 2}, {0, 1, 2}));
  ASSERT_EQ(slice.rows.size(), 3U);
  ASSERT_EQ(slice.outputs.size(), 9U);
  EXPECT_EQ(slice.classes, 3);
  EXPECT_EQ(slice.signal, 1);
  for (std::size_t i = 0; i < 3; ++i) {
    const float* outputs = slice.outputs.data() + 3 * i;
    EXPECT_EQ(slice.rows[i].score, outputs[1]);
    EXPECT_EQ(slice.rows[i].predicted, std::max_element(outputs, outputs + 3) - outputs);
    EXPECT_EQ(slice.rows[i].label, i);
  }
}

TEST_F(ScoredRows, OfRowsWithoutLabelsHasNoMetrics) {
  const ScoredSlice slice = scored(write({1, 0, 0, 1}, {}));
  EXPECT_FALSE(slice.has_labels);
  EXPECT_FALSE(slice.labelled);
  EXPECT_TRUE(std::isnan(compute_metrics(without_rows(slice)).accuracy));
}

TEST_F(ScoredRows, NamesTheRowWhoseLabelTheNetworkDoesNotKnow) {
  EXPECT_THAT(refusal(write({1, 0, 0, 1}, {0, 3})),
              HasSubstr("a.h5, row 1: the label is 3, but the model tells 3 classes apart (0 to 2)"));
}

TEST_F(ScoredRows, NamesTheFirstRowWhoseScoreIsNoNumber) {
  std::vector<float> x(40, 0.0F);
  x[2 * 17] = std::numeric_limits<float>::max();
  for (float& weight : model_->parameters()) weight *= 4;
  EXPECT_THAT(refusal(write(x, std::vector<std::uint8_t>(20, 0))),
              HasSubstr("a.h5, row 17: the model's score is NaN or infinite: its weights are finite"));
}

TEST_F(ScoredRows, NamesTheLayerOfAModelThatHasDiverged) {
  model_->parameters()[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(refusal(write({1, 0, 0, 1}, {0, 1})),
              HasSubstr("a.h5, row 0: the model's score is NaN or infinite: weights of dense are"));
}

}  // namespace
}  // namespace jetrain

#include "run/best_model_file.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "inference/model_file.hpp"
#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

class ABestModelFile : public testing::Test {
 protected:
  ABestModelFile()
      : config_(parse_config("model:\n  layers: [flatten, dense: {units: 2, activation: softmax}]\n",
                             "small.yaml", {}, false)),
        model_(make_model(config_)),
        weights_(model_.parameters().begin(), model_.parameters().end()),
        run_(RunDirectory::create(folder_.file("run"))) {}

  /// As it stands on disk: the first of its weights.
  float stored() const {
    return load_model(run_.file("best.h5"), Communicator::self()).model.parameters()[0];
  }
  bool exists() const { return std::filesystem::exists(run_.file("best.h5")); }

  /// `kept`: the weights are others now.
  void end_epoch(BestModelFile& file, bool kept) const {
    const EpochRecord record;
    file.on_epoch({.record = record, .model = model_, .kept = kept});
  }

  test::TemporaryFolder folder_;
  Config config_;
  Model model_;
  std::vector<float> weights_;
  ModelNotes notes_;  ///< none
  RunDirectory run_;
};

TEST_F(ABestModelFile, IsWrittenAtTheFirstChangeThenOnceASecond) {
  BestModelFile file(run_, config_, model_, weights_, notes_);
  end_epoch(file, false);
  EXPECT_FALSE(exists());
  weights_[0] = 1;
  end_epoch(file, true);
  EXPECT_EQ(stored(), 1);
  weights_[0] = 2;
  end_epoch(file, true);
  EXPECT_EQ(stored(), 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));
  end_epoch(file, false);
  EXPECT_EQ(stored(), 2);
}

TEST_F(ABestModelFile, IsUpToDateAtTheEndAndAfterAnError) {
  {
    BestModelFile file(run_, config_, model_, weights_, notes_);
    end_epoch(file, true);
    weights_[0] = 3;
    end_epoch(file, true);
    file.on_end();
    EXPECT_EQ(stored(), 3);
  }
  try {
    BestModelFile file(run_, config_, model_, weights_, notes_);
    end_epoch(file, true);
    weights_[0] = 4;
    end_epoch(file, true);
    throw std::runtime_error("diverged");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(stored(), 4);
}

}  // namespace
}  // namespace jetrain

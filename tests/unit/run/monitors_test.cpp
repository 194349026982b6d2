#include "run/monitors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "small_training.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Config config_with(const std::vector<std::string>& assignments) {
  return test::SmallTraining(assignments).config();
}

TEST(Monitors, AreAllThatAConfigNames) {
  const Config config = config_with({"early_stopping.monitors=[{monitor: val_auc}, {monitor: val_loss}]",
                                     "early_stopping.reached={monitor: val_accuracy, value: 1}",
                                     "early_stopping.hopeless={monitor: val_rejection_50, value: 1}",
                                     "early_stopping.best=val_rejection_30",
                                     "train.schedule={reduce_on_plateau: {monitor: val_rejection_50}}"});
  std::vector<std::string> keys;
  for (const NamedMonitor& named : monitors_of(config)) keys.push_back(named.key);
  EXPECT_THAT(keys, ElementsAre("early_stopping.monitors[0].monitor", "early_stopping.monitors[1].monitor",
                                "early_stopping.reached.monitor", "early_stopping.hopeless.monitor",
                                "early_stopping.best", "train.schedule.reduce_on_plateau.monitor"));
}

TEST(Monitors, OfARegressionAreItsLoss) {
  const Config config = config_with({});
  ModelInput input(Shape::image(1, 8, 8));
  const Model classifier(config.model, input);
  input.targets = 2;
  const Model regression(config.model, input);
  for (const Monitor monitor : kValues<Monitor>) {
    const auto refusal = [&](const Model& model) {
      return test::refusal_of([&] { require_known({"early_stopping.best", monitor}, model); });
    };
    EXPECT_EQ(refusal(classifier), "");
    if (monitor == Monitor::val_loss)
      EXPECT_EQ(refusal(regression), "");
    else
      EXPECT_THAT(refusal(regression), HasSubstr("is not known for a regression: use val_loss"));
  }
}

/// What is said of epochs with these rejections at signal efficiency 0.3.
std::string notes(const std::vector<double>& rejections, const char* monitor, std::int64_t background) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  {
    test::SmallTraining small({std::string("early_stopping.best=") + monitor});
    Log log(true);
    RejectionNotes observer(small.config(), background, log);
    EpochRecord record;
    for (const double rejection : rejections) {
      ++record.epoch;
      record.validation.rejection_30 = rejection;
      observer.on_epoch({.record = record, .model = small.model()});
    }
  }
  return testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr();
}

TEST(RejectionNotes, SayOnceThatChanceDecides) {
  EXPECT_THAT(notes({50, 250, 400}, "val_rejection_30", 1000),
              testing::AllOf(HasSubstr("val_rejection_30 of epoch 2, 250, is read off about 4 of 1000"),
                             HasSubstr("by some 50 %"), testing::Not(HasSubstr("epoch 3"))));
}

TEST(RejectionNotes, SayOnceWhatInfinityCounts) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(notes({infinite, infinite}, "val_rejection_30", 77),
              testing::AllOf(HasSubstr("val_rejection_30 of epoch 1 is infinite: none of 77"),
                             testing::Not(HasSubstr("epoch 2"))));
}

TEST(RejectionNotes, SayNothingOfWhatNothingGoesBy) {
  EXPECT_THAT(notes({250, 400}, "val_auc", 1000), IsEmpty());
  EXPECT_THAT(notes({99, 100}, "val_rejection_30", 1000), IsEmpty());
}

}  // namespace
}  // namespace jetrain

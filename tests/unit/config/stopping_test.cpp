#include "config/stopping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSmall =
    "model: {layers: [flatten, dense: {units: 2}]}\n"
    "data: {files: [a.h5]}\n";

EarlyStoppingConfig parse(const std::vector<std::string>& assignments = {}) {
  return parse_config(kSmall, "small.yaml", assignments).early_stopping;
}
std::string refusal(const std::vector<std::string>& assignments) {
  return test::refusal_of<UsageError>([&] { parse(assignments); });
}

TEST(StoppingConfig, OfOneMonitorWaitsForItAndChoosesByIt) {
  const EarlyStoppingConfig one =
      parse({"early_stopping={monitor: val_rejection_50, patience: 3, min_delta: 0.5}"});
  EXPECT_THAT(one.waits(), ElementsAre(PatienceConfig{Monitor::val_rejection_50, 3, 0.5}));
  EXPECT_EQ(one.choice(), one.waits().front());
  EXPECT_EQ(parse().choice(), PatienceConfig{});
}

TEST(StoppingConfig, OfSeveralMonitorsWaitsForThem) {
  const EarlyStoppingConfig several =
      parse({"early_stopping.monitors=[{monitor: val_auc, patience: 4}, {min_delta: 0.1}]",
             "early_stopping.when=any"});
  EXPECT_THAT(several.waits(),
              ElementsAre(PatienceConfig{Monitor::val_auc, 4, 0}, PatienceConfig{Monitor::val_loss, 2, 0.1}));
  EXPECT_EQ(several.choice().monitor, Monitor::val_auc);
  EXPECT_EQ(several.when, StopWhen::any);
}

TEST(StoppingConfig, ChoosesByAnotherValueWhereItIsTold) {
  EXPECT_EQ(parse({"early_stopping.best=val_rejection_30", "early_stopping.min_delta=0.5"}).choice(),
            (PatienceConfig{Monitor::val_rejection_30, 0, 0}));
  EXPECT_EQ(parse({"early_stopping.best=none"}).best, std::nullopt);
  EXPECT_THAT(refusal({"early_stopping.best=auc"}),
              HasSubstr("must be one of val_loss, val_accuracy, val_auc"));
}

TEST(StoppingConfig, StandsInItsTextAndIsReadBack) {
  const Config config = parse_config(
      kSmall, "small.yaml",
      {"early_stopping.monitors=[{monitor: val_auc}, {monitor: val_rejection_30, patience: 9}]",
       "early_stopping.reached={monitor: val_auc, value: 0.98}",
       "early_stopping.hopeless={monitor: val_loss, value: 0.6, after_epochs: 3}",
       "early_stopping.best=val_accuracy", "early_stopping.min_epochs=5", "early_stopping.when=any"});
  const std::string text = to_yaml(config);
  const EarlyStoppingConfig again = parse_config(text, "again.yaml").early_stopping;
  EXPECT_EQ(to_yaml(parse_config(text, "again.yaml")), text);
  EXPECT_EQ(again.waits(), config.early_stopping.waits());
  EXPECT_EQ(again.reached.monitor, Monitor::val_auc);
  EXPECT_EQ(again.hopeless.after_epochs, 3);
  EXPECT_EQ(again.best, Monitor::val_accuracy);
  Config other = config;
  other.early_stopping.best.reset();
  other.early_stopping.monitors[1].patience = 8;
  EXPECT_THAT(differing_keys(config, other),
              ElementsAre("early_stopping.monitors[1].patience", "early_stopping.best"));
}

TEST(StoppingConfig, RefusesTwoWaysToSayOneThing) {
  EXPECT_THAT(refusal({"early_stopping.monitors=[{monitor: val_auc}]", "early_stopping.patience=8"}),
              HasSubstr("stands in place of monitor, patience and min_delta"));
  EXPECT_THAT(refusal({"early_stopping.monitors=[{monitor: val_auc}, {monitor: val_auc, patience: 3}]"}),
              HasSubstr("early_stopping.monitors: names val_auc twice"));
  EXPECT_THAT(refusal({"early_stopping.hopeless.value=0.9"}),
              HasSubstr("early_stopping.hopeless.value: is given without early_stopping.hopeless.monitor"));
  EXPECT_THAT(refusal({"early_stopping.reached.value=0.9"}), HasSubstr("early_stopping.reached.monitor"));
  EXPECT_THAT(
      refusal({"early_stopping.reached.monitor=val_auc"}),
      HasSubstr("early_stopping.reached.monitor: val_auc is given without early_stopping.reached.value"));
  EXPECT_THAT(refusal({"early_stopping.hopeless.after_epochs=3"}),
              HasSubstr("is given without early_stopping.hopeless.monitor"));
  EXPECT_THAT(refusal({"early_stopping.best=val_auc", "early_stopping.restore_best=false"}),
              HasSubstr("early_stopping.best: chooses an epoch, but restore_best: false keeps the last one"));
}

}  // namespace
}  // namespace jetrain

#include "study/study_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study/study_values.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

/// A study of `family` (YAML), with made-up results: `auc_of(trial)`.
template <class Auc>
StudyResults results_of(const std::string& family, const Auc& auc_of) {
  StudyResults results;
  results.config = parse_config(
      "data: {files: [jets.h5]}\nmodel: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n"
      "train: {epochs: 4}\nstudy:\n  monitor: val_auc\n" +
          family,
      "test.yaml");
  results.trials = make_trials(results.config);
  for (std::size_t i = 0; i < results.trials.size(); ++i) {
    TrialOutcome outcome;
    outcome.status = TrialStatus::done;
    outcome.epochs = 4;
    outcome.training_jets = std::max<std::int64_t>(1000, results.trials[i].config.data.limit.training_jets);
    outcome.val_auc = auc_of(i);
    outcome.jets_per_second = 1000;
    EpochRecord record;
    record.epoch = 1;
    record.validation.auc = outcome.val_auc;
    results.outcomes.push_back(outcome);
    results.histories.push_back({record});
  }
  results.ranking = rank(results.trials, results.outcomes, Monitor::val_auc);
  return results;
}

std::vector<std::string> titles_of(const StudyResults& results) {
  std::vector<std::string> titles;
  for (const PageSection& section : page_sections(results)) titles.push_back(section.title);
  return titles;
}

TEST(StudyPage, ShowsAblationsWithTheirPairedDifferences) {
  const StudyResults results = results_of(
      "  repeats: 2\n  family: {variants: {variants: [{name: plain}, {name: better, set: "
      "[train.batch_size=7]}]}}\n",
      [](std::size_t i) {
        return std::vector{0.90, 0.80, 0.93, 0.85}[i];
      });
  EXPECT_EQ(titles_of(results), (std::vector<std::string>{"Ranking", "Variants", "Trainings"}));
  const auto runs = runs_by_variant(results);
  const PairedDifference difference = difference_to_first(results, runs[1], runs[0]);
  EXPECT_NEAR(difference.mean, 0.04, 1e-12);
  EXPECT_NEAR(difference.error, 0.01, 1e-12);
  EXPECT_THAT(page_sections(results)[1].html, HasSubstr("0.0400 &plusmn; 0.0100"));
  EXPECT_THAT(page_sections(results)[0].html, HasSubstr("4 trainings of 16 epochs together: 1.6e+04 jets"));
}

TEST(StudyPage, ExtrapolatesALearningCurve) {
  const StudyResults results =
      results_of("  family: {learning_curve: {training_jets: [1000, 4000, 16000]}}\n", [](std::size_t i) {
        return 1 - std::vector{0.2, 0.1, 0.05}[i];  // 1 - AUC falls as jets^-1/2
      });
  EXPECT_EQ(titles_of(results), (std::vector<std::string>{"Ranking", "More jets", "Variants", "Trainings"}));
  EXPECT_EQ(extrapolation_sentence(results),
            "with ten times the most training jets (160000) the power law gives val_auc 0.9842");
  EXPECT_EQ(extrapolation_sentence(results_of("  repeats: 3\n", [](std::size_t) { return 0.9; })), "");
}

TEST(StudyPage, ShowsASearchByItsParameters) {
  const StudyResults results = results_of(
      "  family: {random: {trials: 12, parameters: [{key: train.optimizer.adam.learning_rate, log_uniform: "
      "[1.0e-4, 0.1]}, {key: train.batch_size, values: [8, 16]}]}}\n",
      [](std::size_t i) { return 0.8 + 0.01 * static_cast<double>(i); });
  EXPECT_EQ(titles_of(results), (std::vector<std::string>{"Ranking", "Parameters", "Trainings"}));
  const SearchValues search = search_values(results);
  ASSERT_EQ(search.columns.size(), 2U);
  EXPECT_TRUE(search.columns[0].logarithmic);
  EXPECT_NEAR(search.columns[0].numbers[3], std::log10(std::stod(results.trials[3].values[0])), 1e-12);
  EXPECT_FALSE(search.columns[1].logarithmic);
  EXPECT_EQ(search.values.size(), 12U);
}

/// Values of different epochs are not compared: what all have is the first epoch.
TEST(StudyPage, ComparesTheDrawsOfAHalvingAtTheSameEpoch) {
  StudyResults results = results_of(
      "  family: {halving: {trials: 3, keep_one_in: 2, parameters: [{key: seed, integers: [1, 1000]}]}}\n",
      [](std::size_t i) { return 0.7 + 0.1 * static_cast<double>(i); });
  for (std::size_t i = 0; i < 2; ++i) {
    results.outcomes[i].status = TrialStatus::paused;
    results.outcomes[i].epochs = 1;
  }
  EpochRecord later = results.histories[2].front();
  later.epoch = 4;
  later.validation.auc = 0.99;
  results.histories[2].push_back(later);
  const SearchValues search = search_values(results);
  EXPECT_EQ(search.epochs, 1);
  EXPECT_THAT(search.values, testing::Pointwise(testing::DoubleEq(), {0.7, 0.8, 0.9}));
}

}  // namespace
}  // namespace jetrain

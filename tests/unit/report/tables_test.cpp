#include "report/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// One that ended, and one that did not.
ReportedRuns two_runs() {
  ReportedRuns runs(2);
  runs[0].record.name = "it's <a> run";
  runs[0].record.ended = true;
  runs[0].record.result.best.epoch = 2;
  runs[0].record.result.epochs = 3;
  runs[0].record.result.best.validation.auc = 0.98764;
  runs[0].record.result.weights_hash = "0123abcd";
  runs[1].record.name = "second";
  for (ReportedRun& run : runs) run.scores.missing = run.record.name + ": there is no best.h5 yet";
  return runs;
}

TEST(ReportTables, HaveAColumnForEachRunThatTheyAreAbout) {
  const std::string table = results_table(two_runs());
  EXPECT_THAT(table, AllOf(HasSubstr("<tr><th></th><th scope=\"col\">it's &lt;a&gt; run</th></tr>"),
                           HasSubstr("<tr><th scope=\"row\">best epoch</th><td>2 of 3</td></tr>"),
                           HasSubstr("<tr><th scope=\"row\">val_auc</th><td>0.9876</td></tr>"),
                           HasSubstr("<td>0123abcd</td>")));
  EXPECT_THAT(table, HasSubstr("<p class=\"note\">second has not ended: it has no result.json.</p>"));
}

TEST(ReportTables, SayWhyScoresAreMissing) {
  EXPECT_THAT(missing_notes(two_runs()),
              HasSubstr("<p class=\"note\">Without scores and images: second: there is no best.h5 yet.</p>"));
  EXPECT_EQ(tagging_table(two_runs(), {}), "");
  EXPECT_EQ(confusion_tables(two_runs()), "");
}

TEST(ReportTables, ShowKeysThatDiffer) {
  ReportedRuns runs = two_runs();
  EXPECT_EQ(differences_table(runs), "<p>The runs' configs are the same.</p>\n");
  runs[1].record.config.train.batch_size = 77;
  EXPECT_THAT(differences_table(runs), AllOf(HasSubstr("<code>train.batch_size</code>"),
                                             HasSubstr("<td>77</td>"), Not(HasSubstr("train.epochs"))));
}

TEST(ReportTables, CountWhatBecameOfTheJetsOfEachClass) {
  ReportedRuns runs(1);
  ScoredJets jets;
  jets.scores = {0.9F, 0.4F, 0.6F, 0.1F, 0.2F};
  jets.labels = {1, 1, 0, 0, 0};
  jets.predicted = {1, 0, 1, 0, 0};
  runs[0].scores.tagger = scored_tagger("run", std::move(jets));
  EXPECT_THAT(confusion_tables(runs),
              AllOf(HasSubstr("<th scope=\"row\">tops</th><td>1 (50.0 %)</td><td>1 (50.0 %)</td>"),
                    HasSubstr("<th scope=\"row\">QCD</th><td>1 (33.3 %)</td><td>2 (66.7 %)</td>")));
}

/// Of three classes, of which the second is the signal.
ScoredTagger three_classes() {
  ScoredJets jets;
  jets.labels = {0, 1, 2, 1};
  jets.predicted = {0, 1, 2, 0};
  jets.outputs = {0.8F, 0.1F, 0.1F, 0.1F, 0.8F, 0.1F, 0.2F, 0.2F, 0.6F, 0.5F, 0.3F, 0.2F};
  jets.scores = {0.1F, 0.8F, 0.2F, 0.3F};
  jets.classes = 3;
  jets.signal = 1;
  return scored_tagger("three", std::move(jets), {"q<", "W", "t"});
}

TEST(ReportTables, HaveALineForEachOfSeveralClasses) {
  ReportedRuns runs(1);
  runs[0].scores.tagger = three_classes();
  const std::string html = class_tables(runs, {});
  EXPECT_THAT(
      html,
      AllOf(HasSubstr("<th scope=\"row\">q&lt;</th><td>1</td><td>1.0000</td>"),
            HasSubstr("<th scope=\"row\">W</th><td>2</td><td>1.0000</td><td>–</td><td>–</td>"),
            HasSubstr("<th scope=\"row\">W</th><td>1 (50.0 %)</td><td>1 (50.0 %)</td><td>0 (0.0 %)</td>")));
  EXPECT_EQ(confusion_tables(runs), "");
  EXPECT_EQ(missing_notes(runs), "");
  EXPECT_THAT(tagging_table(runs, {}), HasSubstr("the classes' mean AUC"));
  std::vector<std::string> names;
  for (const Figure& figure : class_figures_of(runs, {})) names.push_back(figure.name);
  EXPECT_THAT(names, testing::ElementsAre("confusion", "roc_classes"));
  EXPECT_TRUE(tagging_figures(runs, {}).empty());
}

TEST(ReportTables, SayWhereRunsAreScoredOnOtherJets) {
  ReportedRuns runs(2);
  runs[0].record.name = "a";
  runs[1].record.name = "b";
  for (ReportedRun& run : runs) run.scores.jets = {{"f.h5"}, {1, 2, 3}};
  EXPECT_EQ(different_jets_note(runs), "");
  runs[1].scores.jets.rows[2] = 4;
  EXPECT_THAT(different_jets_note(runs), HasSubstr("a and b are not scored on the same jets"));
  runs[1].scores.missing = "there is no best.h5 yet";
  EXPECT_EQ(different_jets_note(runs), "");
}

}  // namespace
}  // namespace jetrain

#include "dataset/unsaid_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kBase =
    "data: {files: [a.h5]}\n"
    "model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n";

class UnsaidRows : public testing::Test {
 protected:
  void write_study(const std::string& section) {
    std::ofstream(folder_.file("study.yaml")) << kBase << section;
  }
  std::vector<std::string> of(const std::string& member, const std::vector<std::string>& said = {}) {
    std::filesystem::create_directories(folder_.file(member));
    const std::string file = folder_.file(member) + "/config.yaml";
    std::ofstream(file) << kBase;
    return unsaid_rows(file, parse_config(kBase, file, said));
  }

  const test::TemporaryFolder folder_;
};

TEST_F(UnsaidRows, AreTheFoldAndTheSizeThatTheStudyGaveTheMember) {
  write_study("study: {folds: 4, repeats: 2, family: {learning_curve: {training_jets: [100, 300]}}}\n");
  EXPECT_THAT(of("trial_0000"),
              ElementsAre("data.split.folds=4", "data.split.fold=0", "data.limit.training_jets=100"));
  EXPECT_THAT(of("trial_0013"),
              ElementsAre("data.split.folds=4", "data.split.fold=1", "data.limit.training_jets=300"));
  EXPECT_THAT(of("trial_0013", {"data.split.folds=4", "data.split.fold=1", "data.limit.training_jets=300"}),
              IsEmpty());
}

TEST_F(UnsaidRows, AreNoneOfOtherRuns) {
  EXPECT_THAT(of("trial_0000"), IsEmpty());  // there is no study
  write_study("study: {folds: 4}\n");
  EXPECT_THAT(of("run"), IsEmpty());  // no member
  write_study("study: {repeats: 3}\n");
  EXPECT_THAT(of("trial_0002"), IsEmpty());  // a member that trains on all
  write_study("study: [\n");
  EXPECT_THAT(of("trial_0002"), IsEmpty());
  EXPECT_THAT(unsaid_rows(folder_.file("absent/best.h5"), Config{}), IsEmpty());
}

}  // namespace
}  // namespace jetrain

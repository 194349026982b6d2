#include "dataset/data_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class DataFiles : public testing::Test {
 protected:
  std::string make(const std::string& name) {
    std::ofstream(folder_.file(name)) << "x";
    return folder_.file(name);
  }
  std::string refusal(const DataConfig& data) {
    try {
      refuse_shared_files(data, self_);
    } catch (const CollectiveError& error) {
      EXPECT_EQ(error.status(), ExitStatus::usage);
      return error.what();
    }
    return "";
  }

  const Communicator self_ = Communicator::self();
  const test::TemporaryFolder folder_;
};

TEST_F(DataFiles, StandOnceInAList) {
  const std::string a = make("a.h5");
  DataConfig data;
  data.files = {a, make("b.h5"), "absent.h5", "absent.h5"};
  EXPECT_EQ(refusal(data), "");
  data.files = {a, a};
  EXPECT_THAT(refusal(data),
              AllOf(HasSubstr("data.files: " + a + " stands twice"), HasSubstr("name it once")));
  std::filesystem::create_symlink(a, folder_.file("soft.h5"));
  std::filesystem::create_hard_link(a, folder_.file("hard.h5"));
  for (const std::string& other :
       {folder_.file("soft.h5"), folder_.file("hard.h5"), folder_.file("./a.h5")}) {
    data.files = {a, other};
    EXPECT_THAT(refusal(data), HasSubstr(other + " is the same file as " + a + ", so that its jets"));
  }
}

TEST_F(DataFiles, TrainOrValidateOrTest) {
  DataConfig data;
  data.split.method = SplitMethod::files;
  data.train_files = {make("t.h5")};
  data.validation_files = {make("v.h5")};
  data.test_files = {make("x.h5")};
  EXPECT_EQ(refusal(data), "");
  data.test_files = data.train_files;
  EXPECT_THAT(refusal(data), HasSubstr("data.test_files: " + folder_.file("t.h5") +
                                       " stands twice, also in data.train_files: what trains must not"));
}

TEST_F(DataFiles, OfAConfigHaveTheirNamesInIt) {
  const std::string b = make("jets_b.h5");
  const std::string a = make("jets_a.h5");
  DataConfig data;
  data.train_files = {folder_.file("jets_*.h5")};
  data.validation_files = {"plain.h5"};
  complete_files(data, self_);
  EXPECT_THAT(data.train_files, ElementsAre(a, b));
  EXPECT_THAT(data.validation_files, ElementsAre("plain.h5"));
  data.files = {folder_.file("none*.h5")};
  EXPECT_THROW(complete_files(data, self_), CollectiveError);
}

}  // namespace
}  // namespace jetrain

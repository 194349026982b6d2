#include "core/file_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FileNames : public testing::Test {
 protected:
  std::string make(const std::string& name) {
    std::ofstream(folder_.file(name)) << "x";
    return folder_.file(name);
  }
  const test::TemporaryFolder folder_;
};

TEST_F(FileNames, OfAPatternAreSortedInItsPlace) {
  const std::string b = make("jets_b.h5");
  const std::string a10 = make("jets_a10.h5");
  const std::string a9 = make("jets_a9.h5");
  make("other.txt");
  EXPECT_THAT(expanded_names({"first.h5", folder_.file("jets_*.h5"), "last.h5"}, "data.files"),
              ElementsAre("first.h5", a10, a9, b, "last.h5"));
  EXPECT_THAT(expanded_names({folder_.file("jets_a?.h5")}, "data.files"), ElementsAre(a9));
  EXPECT_THAT(expanded_names({folder_.file("jets_[b-c].h5")}, "data.files"), ElementsAre(b));
}

TEST_F(FileNames, ThatAreThereAreThemselves) {
  const std::string odd = make("run[1]*.h5");
  make("run1x.h5");
  EXPECT_THAT(expanded_names({odd}, "data.files"), ElementsAre(odd));
  EXPECT_THAT(expanded_names({"absent.h5"}, "data.files"),
              ElementsAre("absent.h5"));  // whoever opens it says so
}

TEST_F(FileNames, ThatNothingMatchesAreRefused) {
  try {
    expanded_names({folder_.file("none_*.h5")}, "data.train_files");
    FAIL() << "taken";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("data.train_files: no file matches " + folder_.file("none_*.h5")));
  }
}

TEST_F(FileNames, BeginWithTheHome) {
  const std::string file = make("in_home.h5");
  std::string home = folder_.file("");
  while (home.ends_with('/')) home.pop_back();
  const char* before = std::getenv("HOME");
  const std::string kept = before == nullptr ? "" : before;
  setenv("HOME", home.c_str(), 1);
  EXPECT_THAT(expanded_names({"~/in_home.h5", "~/in_*.h5"}, "data.files"),
              ElementsAre(home + "/in_home.h5", home + "/in_home.h5"));
  EXPECT_EQ(with_home("~"), home);
  EXPECT_EQ(with_home("a~/b"), "a~/b");
  EXPECT_EQ(with_home("~nobody_of_this_name/b"), "~nobody_of_this_name/b");
  if (before != nullptr)
    setenv("HOME", kept.c_str(), 1);
  else
    unsetenv("HOME");
  EXPECT_EQ(with_home("~root/x").substr(0, 1), "/");
}

}  // namespace
}  // namespace jetrain

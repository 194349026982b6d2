#include "scaling/job_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

std::string script_in(const std::string& folder) {
  ScalingPoint point;
  point.ranks = 4;
  point.threads = 1;
  write_job_scripts(folder, "a 'config'.yaml", {"data.files=x y.h5"}, {point});
  return test::content_of(folder + "/jobs/r0004_t01.sbatch");
}

TEST(JobScripts, NameTheirLogInTheirFolder) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(script_in(folder.file("plain")),
              HasSubstr("\n#SBATCH --output=" + folder.file("plain/jobs/r0004_t01-%j.log\n")));
}

TEST(JobScripts, QuoteWhatSbatchWouldTakeForSomethingElse) {
  const test::TemporaryFolder folder;
  const std::string script = script_in(folder.file("a b \"c\" #d 100% it's $(touch x)"));
  EXPECT_THAT(script,
              HasSubstr("\n#SBATCH --output=\"" +
                        folder.file("a b \\\"c\\\" \\#d 100%% it's $(touch x)/jobs/r0004_t01-%j.log\"\n")));
  EXPECT_THAT(script, HasSubstr("scaling run 'a '\\''config'\\''.yaml' --set 'data.files=x y.h5'"));
}

TEST(JobScripts, RefuseWhatSbatchCannotRead) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a\nb", "a\x1b[31m", "a\xff", "a\\b"}) {
    try {
      script_in(folder.file(name));
      FAIL() << name;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(),
                  HasSubstr("SLURM's job scripts cannot name a folder with control characters"));
    }
    EXPECT_FALSE(std::filesystem::exists(folder.file(name))) << "nothing was begun";
  }
}

}  // namespace
}  // namespace jetrain

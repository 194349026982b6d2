#include "study/study_locks.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

TEST(StudyLocks, GiveAMemberToOneOnly) {
  const test::TemporaryFolder folder;
  StudyLocks one(folder.file(""));
  StudyLocks other(folder.file(""));
  EXPECT_TRUE(one.take(7));
  EXPECT_FALSE(other.take(7));
  EXPECT_TRUE(other.take(6));
  one.give_back(7);
  EXPECT_TRUE(other.take(7));
  EXPECT_TRUE(one.are_known());
}

TEST(StudyLocks, KnowWhoIsAloneInTheFolder) {
  const test::TemporaryFolder folder;
  StudyLocks one(folder.file(""));
  EXPECT_TRUE(one.enter_alone());
  {
    StudyLocks other(folder.file(""));
    EXPECT_FALSE(other.enter());
    EXPECT_TRUE(one.enter());
    EXPECT_TRUE(other.enter());
    EXPECT_FALSE(one.enter_alone());
  }
  EXPECT_TRUE(one.enter_alone());
}

TEST(StudyLocks, AreDroppedWhereAProcessIsKilled) {
  const test::TemporaryFolder folder;
  StudyLocks mine(folder.file(""));
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    StudyLocks its(folder.file(""));
    const char taken = its.take(3) ? 'y' : 'n';
    if (write(ready[1], &taken, 1) != 1) _exit(1);
    while (true) pause();
  }
  char taken = 'n';
  ASSERT_EQ(read(ready[0], &taken, 1), 1);
  EXPECT_EQ(taken, 'y');
  EXPECT_FALSE(mine.take(3));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(mine.take(3));
  close(ready[0]);
  close(ready[1]);
}

TEST(StudyLocks, NameTheFileThatCannotBeMade) {
  EXPECT_THROW(StudyLocks("/nowhere/at/all"), DataError);
}

}  // namespace
}  // namespace jetrain

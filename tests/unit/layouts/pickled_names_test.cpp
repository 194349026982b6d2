#include "layouts/pickled_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::string_literals;

std::string refusal(const std::string& pickle) {
  return test::refusal_of<DataError>([&] { pickled_names(pickle, "FILE:table"); });
}

/// What Python's pickle.dumps(["E_0", "größe", "a'b"], protocol) gives.
TEST(PickledNames, ReadsEachProtocol) {
  const std::vector<std::string> pickles{
      "(lp0\nVE_0\np1\naVgr\xf6\xdf"
      "e\np2\naVa'b\np3\na."s,
      "]q\0(X\x03\0\0\0E_0q\1X\x07\0\0\0gr\xc3\xb6\xc3\x9f"
      "eq\2X\x03\0\0\0a'bq\3e."s,
      "\x80\x02]q\0(X\x03\0\0\0E_0q\1X\x07\0\0\0gr\xc3\xb6\xc3\x9f"
      "eq\2X\x03\0\0\0a'bq\3e."s,
      "\x80\x04\x95\x1e\0\0\0\0\0\0\0]\x94(\x8c\x03"
      "E_0\x94\x8c\x07gr\xc3\xb6\xc3\x9f"
      "e\x94\x8c\x03"
      "a'b\x94"
      "e."s,
  };
  for (const std::string& pickle : pickles)
    EXPECT_THAT(pickled_names(pickle, ""), ElementsAre("E_0", "größe", "a'b")) << pickle;
}

TEST(PickledNames, ReadsWhatPython2Wrote) {
  EXPECT_THAT(pickled_names("(lp1\nS'E_0'\np2\naS\"it's\"\np3\naV\\u03b7\\U0001d702\np4\na.", ""),
              ElementsAre("E_0", "it's", "\xce\xb7\xf0\x9d\x9c\x82"));
  EXPECT_THAT(pickled_names("]q\1(U\3E_0q\2T\4\0\0\0PX_0q\3e."s, ""), ElementsAre("E_0", "PX_0"));
}

TEST(PickledNames, GivesNumbersAsTheirDigits) {
  EXPECT_THAT(pickled_names("(lp0\nI0\naI1\naL12L\na.", ""), ElementsAre("0", "1", "12"));
  EXPECT_THAT(pickled_names("\x80\2]q\0(K\1M\2\1J\xff\xff\xff\xff"
                            "e."s,
                            ""),
              ElementsAre("1", "258", "-1"));
}

TEST(PickledNames, ReadsListsMadeAtOnceAndEmptyOnes) {
  EXPECT_THAT(pickled_names("(Va\nVb\nl.", ""), ElementsAre("a", "b"));
  EXPECT_THAT(pickled_names("(Va\np1\ng1\nl.", ""), ElementsAre("a", "a"));
  EXPECT_THAT(pickled_names("(lp0\n.", ""), IsEmpty());
}

TEST(PickledNames, CallsNothing) {
  // os.system("false"), as an attacker would have it.
  EXPECT_THAT(refusal("cos\nsystem\n(S'false'\ntR."), HasSubstr("FILE:table has the pickle opcode 0x63"));
  EXPECT_THAT(refusal("\x80\4\x8c\2os\x8c\6system\x93."s), HasSubstr("opcode 0x93"));
  EXPECT_THAT(refusal("(l(Va\nVb\ntp1\na."), HasSubstr("opcode 0x74")) << "a column of two levels";
}

TEST(PickledNames, RefusesWhatIsNoListOfNames) {
  for (const char* pickle :
       {"", "(l", "(lVa\na", "N.", "Va\n.", "a.", "e.", "(.", "(lVa\n.", "p0\n.", "(lg7\na.", "(l(la.",
        "(lIx\na.", "(lS'a\na.", "(lV\\u12\na.", "X\xff\xff\xff\xff"}) {
    EXPECT_THAT(refusal(pickle), HasSubstr("a pickled list of column names was expected")) << pickle;
  }
}

}  // namespace
}  // namespace jetrain

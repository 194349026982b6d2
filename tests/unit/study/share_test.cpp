#include "study/share.hpp"

#include <gtest/gtest.h>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

TEST(Share, HoldsEachMemberOnce) {
  for (std::size_t member = 0; member < 20; ++member) {
    int holders = 0;
    for (const char* text : {"0/3", "1/3", "2/3"}) holders += parse_share(text).holds(member) ? 1 : 0;
    EXPECT_EQ(holders, 1) << member;
    EXPECT_TRUE(Share().holds(member));
  }
}

TEST(Share, IsRefusedWhereItIsNone) {
  for (const char* text : {"", "1", "/", "0/0", "3/3", "-1/2", "+1/2", " 0/2", "0/2 ", "0/2/3", "0x1/2",
                           "0/9999999", "99999999999999999999999/2"})
    EXPECT_THROW(parse_share(text), UsageError) << text;
}

}  // namespace
}  // namespace jetrain

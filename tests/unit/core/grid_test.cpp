#include "core/grid.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

TEST(Grid, CountsRowByRowAndChannelByChannel) {
  const Grid grid{3, 4, 5};
  EXPECT_EQ(grid.size(), 60);
  EXPECT_EQ(grid.plane(), 20);
  EXPECT_EQ(grid.position({2, 1, 3}), 2 * 20 + 5 + 3);
  for (std::int64_t position = 0; position < grid.size(); ++position)
    EXPECT_EQ(grid.position(grid.cell(position)), position);
}

}  // namespace
}  // namespace jetrain

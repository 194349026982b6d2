#include "config/row_layout.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

TEST(RowLayout, IsArraysWhereTheirFeaturesAreNamed) {
  DataConfig data;
  EXPECT_EQ(row_layout(data), RowLayout::jet_table);
  data.arrays.labels = "y";
  EXPECT_EQ(row_layout(data), RowLayout::jet_table);
  data.arrays.features = "x";
  EXPECT_EQ(row_layout(data), RowLayout::arrays);
}

}  // namespace
}  // namespace jetrain

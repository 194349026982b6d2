#include "dataset/array_axes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ArrayAxes, SamplesHaveTheirChannelsFirst) {
  EXPECT_THAT(sample_shape({100, 7}, ArrayLayout::channels_first), ElementsAre(7));
  EXPECT_THAT(sample_shape({100, 2, 5, 6}, ArrayLayout::channels_first), ElementsAre(2, 5, 6));
  EXPECT_THAT(sample_shape({100, 5, 6, 2}, ArrayLayout::channels_last), ElementsAre(2, 5, 6));
  for (const ArrayLayout layout : {ArrayLayout::channels_first, ArrayLayout::channels_last}) {
    EXPECT_THAT(sample_shape({100, 5, 6}, layout), ElementsAre(1, 5, 6));
    EXPECT_THAT(sample_shape({100}, layout), IsEmpty());
    EXPECT_THAT(sample_shape({100, 1, 2, 3, 4}, layout), IsEmpty());
  }
}

TEST(ArrayAxes, PixelsOfEachSampleAreBroughtIntoOrder) {
  std::vector<float>
      samples;  // two, (rows 3, columns 2, channels 2); a value is 100 sample + 10 pixel + channel
  for (int sample = 0; sample < 2; ++sample)
    for (int pixel = 0; pixel < 6; ++pixel)
      for (int channel = 0; channel < 2; ++channel)
        samples.push_back(static_cast<float>(100 * sample + 10 * pixel + channel));
  put_channels_first(samples, {2, 3, 2});
  EXPECT_THAT(samples, ElementsAre(0, 10, 20, 30, 40, 50, 1, 11, 21, 31, 41, 51, 100, 110, 120, 130, 140, 150,
                                   101, 111, 121, 131, 141, 151));
}

TEST(ArrayAxes, AShapeThatLooksLikeTheOtherLayoutIsDoubted) {
  const auto doubt = [](std::vector<std::int64_t> shape, ArrayLayout layout) {
    ArraysConfig arrays;
    arrays.features = "x";
    arrays.shape = std::move(shape);
    arrays.layout = layout;
    return doubt_about_layout(arrays);
  };
  EXPECT_EQ(doubt({40, 40, 1}, ArrayLayout::channels_first),
            "x is read as images of 40 channels of 40 x 1 pixels; if its channels stand last, say "
            "data.arrays.layout: channels_last");
  EXPECT_THAT(doubt({40, 3, 40}, ArrayLayout::channels_last),
              HasSubstr("data.arrays.layout: channels_first"));
  EXPECT_EQ(doubt({3, 40, 40}, ArrayLayout::channels_first), "");
  EXPECT_EQ(doubt({3, 40, 40}, ArrayLayout::channels_last), "");
  EXPECT_EQ(doubt({64, 4, 4}, ArrayLayout::channels_first), "");
  EXPECT_EQ(doubt({3, 100, 1}, ArrayLayout::channels_first), "");
  EXPECT_EQ(doubt({40}, ArrayLayout::channels_first), "");
}

}  // namespace
}  // namespace jetrain

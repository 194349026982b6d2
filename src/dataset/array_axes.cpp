#include "dataset/array_axes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace jetrain {

std::vector<std::int64_t> sample_shape(const std::vector<std::int64_t>& sizes, ArrayLayout layout) {
  switch (sizes.size()) {
    case 2:
      return {sizes[1]};
    case 3:
      return {1, sizes[1], sizes[2]};
    case 4:
      if (layout == ArrayLayout::channels_last) return {sizes[3], sizes[1], sizes[2]};
      return {sizes[1], sizes[2], sizes[3]};
    default:
      return {};
  }
}

void put_channels_first(std::span<float> samples, const std::vector<std::int64_t>& shape) {
  const auto channels = static_cast<std::size_t>(shape.at(0));
  const auto pixels = static_cast<std::size_t>(shape.at(1) * shape.at(2));
  if (channels == 1) return;
  std::vector<float> pixel_by_pixel(channels * pixels);
  for (; !samples.empty(); samples = samples.subspan(channels * pixels)) {
    std::copy_n(samples.begin(), pixel_by_pixel.size(), pixel_by_pixel.begin());
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t p = 0; p < pixels; ++p) samples[c * pixels + p] = pixel_by_pixel[p * channels + c];
  }
}

std::string doubt_about_layout(const ArraysConfig& arrays) {
  if (arrays.shape.size() != 3) return {};
  const std::int64_t channels = arrays.shape[0];
  const std::int64_t rows = arrays.shape[1];
  const std::int64_t columns = arrays.shape[2];
  constexpr std::int64_t kFewChannels = 4;
  const auto doubt = [&](std::int64_t few, std::int64_t other, const char* place, ArrayLayout meant) {
    if (few > kFewChannels || other <= kFewChannels || channels <= kFewChannels) return std::string();
    return fmt::format(
        "{} is read as images of {} channels of {} x {} pixels; if its channels stand {}, say "
        "data.arrays.layout: {}",
        arrays.features, channels, rows, columns, place, meant);
  };
  switch (arrays.layout) {
    case ArrayLayout::channels_first:
      return doubt(columns, rows, "last", ArrayLayout::channels_last);
    case ArrayLayout::channels_last:
      return doubt(rows, columns, "first", ArrayLayout::channels_first);
  }
  return {};
}

}  // namespace jetrain

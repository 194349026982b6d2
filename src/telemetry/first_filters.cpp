#include "telemetry/first_filters.hpp"

#include <algorithm>
#include <cmath>

#include "core/checked_cast.hpp"
#include "pictures/palette.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kTapPixels = 12;
constexpr std::int64_t kGapPixels = 6;
constexpr std::int64_t kFiltersInALine = 8;
constexpr Rgb kBackground{0xcc, 0xcc, 0xcc};

/// `value` from -1 to 1.
Rgb signed_color(double value) {
  const double place = (value + 1) / 2 * static_cast<double>(kSignedPalette.size() - 1);
  const auto stop = std::min(static_cast<std::size_t>(place), kSignedPalette.size() - 2);
  const double share = place - static_cast<double>(stop);
  const Rgb& a = kSignedPalette[stop].color;
  const Rgb& b = kSignedPalette[stop + 1].color;
  const auto mix = [share](std::uint8_t from, std::uint8_t to) {
    return static_cast<std::uint8_t>(std::lround((1 - share) * from + share * to));
  };
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

}  // namespace

const ParameterView* first_filters(const Model& model) {
  for (const ParameterView& view : model.parameter_views()) {
    if (view.spec.role != ParameterRole::kernel) continue;
    return view.spec.shape.size() == 4 ? &view : nullptr;
  }
  return nullptr;
}

Picture filter_picture(const Model& model, const ParameterView& kernel, std::int64_t channel) {
  const std::int64_t rows = kernel.spec.shape[0];
  const std::int64_t columns = kernel.spec.shape[1];
  const std::int64_t inputs = kernel.spec.shape[2];
  const std::int64_t filters = kernel.spec.shape[3];
  const auto tap = [&](std::int64_t row, std::int64_t column, std::int64_t filter) {
    const std::int64_t place = ((row * columns + column) * inputs + channel) * filters + filter;
    return static_cast<double>(model.parameters()[static_cast<std::size_t>(kernel.offset + place)]);
  };
  double largest = 1e-30;
  for (std::int64_t i = 0; i < rows * columns * filters; ++i)
    largest = std::max(largest, std::fabs(tap(i / filters / columns, i / filters % columns, i % filters)));

  // The first axis of an image, its row, is eta: it runs to the right.
  const std::int64_t width = rows * kTapPixels + kGapPixels;
  const std::int64_t height = columns * kTapPixels + kGapPixels;
  Picture picture(height * ceil_divide(filters, kFiltersInALine) + kGapPixels,
                  width * std::min(filters, kFiltersInALine) + kGapPixels, kBackground);
  for (std::int64_t f = 0; f < filters; ++f) {
    const std::int64_t top = f / kFiltersInALine * height + kGapPixels;
    const std::int64_t left = f % kFiltersInALine * width + kGapPixels;
    for (std::int64_t y = 0; y < columns * kTapPixels; ++y) {
      for (std::int64_t x = 0; x < rows * kTapPixels; ++x) {
        picture.at(top + y, left + x) =
            signed_color(tap(x / kTapPixels, columns - 1 - y / kTapPixels, f) / largest);
      }
    }
  }
  return picture;
}

}  // namespace jetrain

#include "samples/sample_layout.hpp"

#include <fmt/format.h>

#include <functional>
#include <limits>
#include <numeric>

#include "jetrain/error.hpp"

namespace jetrain {

SampleLayout sample_layout(const Config& config) {
  SampleLayout layout;
  if (const ArraysConfig& arrays = config.data.arrays; arrays.used()) {
    layout.inputs =
        std::accumulate(arrays.shape.begin(), arrays.shape.end(), std::int64_t{1}, std::multiplies<>());
    layout.targets = arrays.targets;
  } else {
    layout.inputs = std::ssize(config.image.channels) * config.image.bins * config.image.bins;
    layout.features = std::ssize(config.data.high_level);
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::uint16_t>::max();
  if (layout.size() > kMost) {
    throw UsageError(
        fmt::format("a sample has {} values (pixels of all channels, and features), but at most {} are "
                    "possible: use fewer image.bins, image.channels or columns",
                    layout.size(), kMost));
  }
  return layout;
}

}  // namespace jetrain

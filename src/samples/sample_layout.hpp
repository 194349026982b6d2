#pragma once

/// \file
/// What the positions of a sparse sample mean. All that belongs to a sample, image, high-level features and
/// the targets of a regression, stands in one sparse vector, so that storing, moving and caching samples
/// knows nothing of it.

#include <cstdint>

#include "config/config.hpp"

namespace jetrain {

struct SampleLayout {
  std::int64_t inputs = 0;  ///< positions 0 ... inputs-1: the image, (channel, row, column), or the features
  std::int64_t features = 0;  ///< then the high-level features
  std::int64_t targets = 0;   ///< then the targets of a regression
  std::int64_t size() const noexcept { return inputs + features + targets; }
};

/// Of a config's samples; UsageError where they have too many values. With augmentation, training samples
/// hold a cloud (jets/augmentation.hpp) instead of an image, of kCloudPositions.
SampleLayout sample_layout(const Config& config);

}  // namespace jetrain

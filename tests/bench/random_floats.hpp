#pragma once

#include <cstdint>
#include <random>

#include "core/aligned_buffer.hpp"

namespace jetrain {

/// Between -1 and 1, the same in each call.
inline AlignedBuffer<float> random_floats(std::int64_t count) {
  AlignedBuffer<float> values(static_cast<std::size_t>(count));
  std::mt19937 engine(2);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  for (float& value : values.span()) value = uniform(engine);
  return values;
}

}  // namespace jetrain

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samples/sample_view.hpp"

namespace jetrain {

/// Room for one sample while it is made, to be used again for the next.
struct SampleDraft {
  std::vector<std::uint16_t> positions;  ///< room; the first `entries` of it are the input's
  std::vector<float> values;             ///< theirs
  std::int64_t entries = 0;
  std::vector<float> features;
  std::vector<float> targets;

  /// Makes room for an input of `most` entries.
  void reserve(std::int64_t most) {
    const auto size = static_cast<std::size_t>(most);
    if (positions.size() < size) positions.resize(size);
    if (values.size() < size) values.resize(size);
  }
  /// Adds an entry to the input, for which there is room.
  void put(std::int64_t position, float value) {
    positions[static_cast<std::size_t>(entries)] = static_cast<std::uint16_t>(position);
    values[static_cast<std::size_t>(entries++)] = value;
  }
  SparseView input() const {
    const auto size = static_cast<std::size_t>(entries);
    return {{positions.data(), size}, {values.data(), size}};
  }
  /// Valid until the next sample is made.
  SampleView view(std::uint8_t label) const { return {input(), label, features, targets}; }
};

}  // namespace jetrain

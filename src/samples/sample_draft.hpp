#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "jets/constituent_set.hpp"
#include "samples/sample_view.hpp"

namespace jetrain {

/// Room for one sample while it is made, to be used again for the next.
struct SampleDraft {
  std::vector<std::uint16_t> positions;  ///< room; the first `entries` of it are the input's
  std::vector<float> values;             ///< theirs
  std::int64_t entries = 0;
  std::vector<float> features;
  std::vector<float> targets;
  std::vector<float> constituents;  ///< room, and all of a jet's constituents, (all, constituent_width)
  std::int64_t constituent_width = 0;
  std::int64_t kept = 0;  ///< so many leading ones are the sample's
  bool has_jet = false;
  std::array<float, 4> jet{};  ///< their sum over all
  ReadingNotes notes;          ///< of this sample

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
  SampleView view(std::uint8_t label) const {
    SampleView sample{input(), label, features, targets};
    if (has_jet) sample.jet = jet;
    if (constituent_width == 0) return sample;
    sample.constituents = {std::span(constituents).first(static_cast<std::size_t>(kept * constituent_width)),
                           constituent_width};
    return sample;
  }
};

}  // namespace jetrain

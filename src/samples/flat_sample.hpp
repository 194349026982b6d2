#pragma once

/// \file
/// A sample as one sparse vector: the positions of its input, then its features, then its targets. Caches
/// keep samples so, and fingerprints are taken of it.

#include <vector>

#include "samples/sample_layout.hpp"
#include "samples/sample_view.hpp"

namespace jetrain {

/// Features stand there one by one, of targets those that are not 0.
class FlatSample {
 public:
  explicit FlatSample(const SampleLayout& layout) : layout_(layout) {}

  /// How many entries `flatten` gives.
  static std::int64_t entries(const SampleView& sample);
  /// Valid until the next call, and as long as `sample`.
  SparseView flatten(const SampleView& sample);
  /// The way back, valid as long. DataError where a position is beyond the layout's, or they do not ascend.
  SampleView restore(const SparseView& flat, std::uint8_t label);

 private:
  SampleLayout layout_;
  std::vector<std::uint16_t> positions_;
  std::vector<float> values_;
  std::vector<float> features_;
  std::vector<float> targets_;
};

}  // namespace jetrain

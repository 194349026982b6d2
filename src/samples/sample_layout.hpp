#pragma once

/// \file
/// What stands in the parts of a config's samples: which there are, their sizes, and what a label says. All
/// others take it from here; what the columns of a cloud are, jets/augmentation.hpp says.

#include <cstdint>

#include "config/config.hpp"
#include "core/grid.hpp"

namespace jetrain {

/// What a sample's label says.
enum class Labels : std::uint8_t {
  jets,     ///< 1 top, 0 QCD
  classes,  ///< one of 0, 1, 2, ...
  none      ///< nothing: there are targets instead
};

Labels labels_of(const DataConfig& data);

/// Whether the input is an image that is made here of a jet's constituents; else it stands in the files.
bool makes_images(const DataConfig& data);

struct SampleLayout {
  Grid input;                 ///< what the input's positions mean
  bool is_image = true;       ///< false: the input is a vector, the only row of its grid
  bool is_cloud = false;      ///< the input is a jet that is still to be augmented (jets/augmentation.hpp)
  std::int64_t features = 0;  ///< length of that part
  std::int64_t targets = 0;   ///< length of that part

  /// Values of a dense sample.
  std::int64_t size() const noexcept { return input.size() + features + targets; }
};

/// What the network of a config sees; UsageError where a sample has too many values, or its shape is not
/// known yet.
SampleLayout sample_layout(const Config& config);

/// Of the samples that training keeps in memory: where the config augments, those to train on are clouds.
SampleLayout stored_layout(const Config& config, Set set);

}  // namespace jetrain

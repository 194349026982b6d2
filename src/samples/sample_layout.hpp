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

/// Whether the input is made here of a jet's constituents; else it stands in the files.
bool reads_jets(const DataConfig& data);

struct SampleLayout {
  Grid input;                 ///< what the input's positions mean; of sets empty, {1, 1, 0}
  bool is_image = true;       ///< false: the input is a vector, the only row of its grid
  bool is_cloud = false;      ///< the input is a jet that is still to be augmented (jets/augmentation.hpp)
  std::int64_t features = 0;  ///< length of that part
  std::int64_t targets = 0;   ///< length of that part
  bool weighted = false;      ///< samples have weights of their own; else all count 1
  bool has_jet = false;       ///< there is a part `jet`; of sets always

  /// Columns of the part `constituents`, which is the input then: the momentum's (kMomentumColumns), and
  /// those of data.jets.constituent_columns; 0: there is none.
  std::int64_t constituent_columns = 0;
  std::int64_t most_constituents = 0;     ///< its rows at most; 0: as many as the files have
  std::int64_t constituent_features = 0;  ///< what the network sees of each (jets/constituent_features.hpp)

  bool is_set() const noexcept { return constituent_columns > 0; }
  /// Values of a dense sample, without its constituents.
  std::int64_t size() const noexcept { return input.size() + features + targets; }
};

/// What the network of a config sees; UsageError where a sample has too many values, or its shape is not
/// known yet.
SampleLayout sample_layout(const Config& config);

/// Of the samples that training keeps in memory: where the config augments, those to train on are clouds, and
/// where it reweights, images have their jets' sums beside them.
SampleLayout stored_layout(const Config& config, Set set);

}  // namespace jetrain

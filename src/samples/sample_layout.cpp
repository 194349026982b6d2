#include "samples/sample_layout.hpp"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

#include "config/jet_presets.hpp"
#include "config/row_layout.hpp"
#include "jetrain/error.hpp"
#include "jets/augmentation.hpp"
#include "jets/constituent_set.hpp"

namespace jetrain {
namespace {

SampleLayout layout_of_arrays(const ArraysConfig& arrays) {
  const std::vector<std::int64_t>& shape = arrays.shape;
  if (shape.empty())
    throw UsageError("data.arrays.shape: is not known; give [features] or [channels, rows, columns]");
  SampleLayout layout;
  layout.is_image = shape.size() == 3;
  layout.input = layout.is_image ? Grid{shape[0], shape[1], shape[2]} : Grid{1, 1, shape[0]};
  layout.targets = arrays.targets;
  return layout;
}

SampleLayout layout_of_jets(const Config& config) {
  SampleLayout layout;
  if (config.input == InputKind::constituents) {
    layout.input = {1, 1, 0};
    layout.is_image = false;
    layout.constituent_columns = kMomentumColumns + std::ssize(config.data.jets.constituent_columns);
    layout.has_jet = true;
    layout.most_constituents = config.constituents.most;
    layout.constituent_features = std::ssize(config.constituents.features);
    layout.features = config.data.jet_features();
    return layout;
  }
  layout.input = {std::ssize(config.image.channels), config.image.bins, config.image.bins};
  layout.features = config.data.jet_features();
  return layout;
}

SampleLayout layout_of_rows(const Config& config) {
  switch (row_layout(config.data)) {
    case RowLayout::jet_table:
      return layout_of_jets(config);
    case RowLayout::arrays:
      return layout_of_arrays(config.data.arrays);
  }
  throw std::logic_error("no such layout of rows");
}

}  // namespace

bool reads_jets(const DataConfig& data) {
  switch (row_layout(data)) {
    case RowLayout::jet_table:
      return true;
    case RowLayout::arrays:
      return false;
  }
  throw std::logic_error("no such layout of rows");
}

Labels labels_of(const DataConfig& data) {
  switch (row_layout(data)) {
    case RowLayout::jet_table:
      return has_own_classes(data) || data.classes.size() > 2 ? Labels::classes : Labels::jets;
    case RowLayout::arrays:
      return data.arrays.targets > 0 ? Labels::none : Labels::classes;
  }
  throw std::logic_error("no such layout of rows");
}

SampleLayout sample_layout(const Config& config) {
  SampleLayout layout = layout_of_rows(config);
  layout.weighted = config.data.weighted();
  constexpr std::int64_t kMost = std::numeric_limits<std::uint16_t>::max();
  if (layout.size() > kMost) {
    throw UsageError(
        fmt::format("a sample has {} values (pixels of all channels, and features), but at most {} are "
                    "possible: use fewer image.bins, image.channels or columns",
                    layout.size(), kMost));
  }
  return layout;
}

SampleLayout stored_layout(const Config& config, Set set) {
  SampleLayout layout = sample_layout(config);
  if (config.train.reweight.used()) layout.has_jet = true;
  if (set != Set::train || !config.augmentation.used() || layout.is_set()) return layout;
  layout.input = kCloud;
  layout.is_image = false;
  layout.is_cloud = true;
  return layout;
}

}  // namespace jetrain

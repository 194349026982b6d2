#include "inference/leaf_inputs.hpp"

#include <algorithm>
#include <cstring>

#include "core/grid.hpp"

namespace jetrain {
namespace {

void clear(const Planes& planes) {
  for (std::int64_t k = 0; k < planes.channels; ++k) {
    for (std::int64_t row = 0; row < planes.rows; ++row)
      std::memset(planes.at(k, row, 0), 0, static_cast<std::size_t>(planes.columns * kLanes) * sizeof(float));
  }
}

/// Images, or vectors: each sample has a lane.
void fill_lanes(std::span<const SampleView> samples, const Planes& input) {
  const Grid grid{input.channels, input.rows, input.columns};
  clear(input);
  for (std::size_t lane = 0; lane < samples.size(); ++lane) {
    const SparseView& entries = samples[lane].input;
    for (std::size_t i = 0; i < entries.positions.size(); ++i) {
      const Grid::Cell cell = grid.cell(entries.positions[i]);
      input.at(cell.channel, cell.row, cell.column)[lane] = entries.values[i];
    }
  }
}

RowOffsets offsets_of(std::span<const SampleView> samples) {
  RowOffsets sets;
  for (std::size_t i = 0; i < sets.begins.size() - 1; ++i)
    sets.begins[i + 1] = sets.begins[i] + (i < samples.size() ? samples[i].constituents.rows() : 0);
  return sets;
}

/// A row's place in a view that may not be there.
float* row_of(const Planes& planes, std::int64_t row) {
  return planes.data == nullptr ? nullptr : planes.at(0, row, 0);
}

}  // namespace

LeafInputs::LeafInputs(const ModelInput& input) {
  if (input.shape.has_rows()) constituents_.emplace(input.constituents, input.constituent_columns);
}

void LeafInputs::fill(std::span<const SampleView> samples, LeafWorkspace& workspace) const {
  if (constituents_) {
    fill_sets(samples, workspace);
  } else {
    fill_lanes(samples, workspace.input());
  }
  const Planes features = workspace.features();
  if (features.data != nullptr) clear(features);
  const std::span<float> targets = workspace.targets();
  std::fill(targets.begin(), targets.end(), 0.0F);
  for (std::size_t lane = 0; lane < samples.size(); ++lane) {
    const SampleView& sample = samples[lane];
    for (std::size_t f = 0; f < sample.features.size(); ++f)
      features.at(0, 0, static_cast<std::int64_t>(f))[lane] = sample.features[f];
    for (std::size_t t = 0; t < sample.targets.size(); ++t) targets[t * kLanes + lane] = sample.targets[t];
  }
}

void LeafInputs::fill_sets(std::span<const SampleView> samples, LeafWorkspace& workspace) const {
  const RowOffsets sets = offsets_of(samples);
  workspace.begin_leaf(sets);
  const Planes features = workspace.input();
  const Planes momenta = workspace.input(NetworkInput::momenta);
  const Planes angles = workspace.input(NetworkInput::angles);
  const Planes fractions = workspace.input(NetworkInput::pt_fraction);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const RaggedView& jet = samples[i].constituents;
    const std::int64_t first = sets.begin(static_cast<std::int64_t>(i));
    constituents_->compute(jet.values, jet.width, samples[i].jet,
                           {.features = row_of(features, first),
                            .feature_stride = features.row_stride,
                            .angles = row_of(angles, first),
                            .angle_stride = angles.row_stride,
                            .pt_fractions = row_of(fractions, first),
                            .fraction_stride = fractions.row_stride});
    for (std::int64_t k = 0; momenta.data != nullptr && k < jet.rows(); ++k) {
      float* row = row_of(momenta, first + k);
      std::fill_n(std::copy_n(jet.row(k).begin(), 4, row), momenta.row_stride - 4, 0.0F);
    }
  }
}

LeafTargets leaf_targets(const Model& model, std::span<const SampleView> samples, std::uint8_t* labels,
                         LeafWorkspace& workspace) {
  const std::size_t count = std::min(samples.size(), static_cast<std::size_t>(kLanes));
  for (std::size_t i = 0; i < count; ++i) labels[i] = samples[i].label;
  return {{labels, count}, model.input().targets > 0 ? workspace.targets().data() : nullptr};
}

}  // namespace jetrain

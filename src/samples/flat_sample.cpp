#include "samples/flat_sample.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// The largest position, of positions that ascend.
void require_order(std::span<const std::uint16_t> positions, std::int64_t size) {
  if (positions.empty()) return;
  if (!std::is_sorted(positions.begin(), positions.end()) || positions.back() >= size) {
    throw DataError(
        fmt::format("its positions do not ascend, or one is beyond the {} values of a sample", size));
  }
}

}  // namespace

std::int64_t FlatSample::entries(const SampleView& sample) {
  return std::ssize(sample.input.positions) + std::ssize(sample.features) +
         std::count_if(sample.targets.begin(), sample.targets.end(), [](float value) { return value != 0; });
}

SparseView FlatSample::flatten(const SampleView& sample) {
  if (sample.features.empty() && sample.targets.empty()) return sample.input;
  positions_.assign(sample.input.positions.begin(), sample.input.positions.end());
  values_.assign(sample.input.values.begin(), sample.input.values.end());
  std::int64_t position = layout_.input.size();
  const auto put = [&](float value) {
    positions_.push_back(static_cast<std::uint16_t>(position));
    values_.push_back(value);
  };
  for (const float value : sample.features) {
    put(value);
    ++position;
  }
  for (const float value : sample.targets) {
    if (value != 0) put(value);
    ++position;
  }
  return {positions_, values_};
}

SampleView FlatSample::restore(const SparseView& flat, std::uint8_t label) {
  require_order(flat.positions, layout_.size());
  const std::int64_t first_feature = layout_.input.size();
  const std::int64_t first_target = first_feature + layout_.features;
  const auto behind = std::lower_bound(flat.positions.begin(), flat.positions.end(), first_feature);
  const auto inputs = static_cast<std::size_t>(behind - flat.positions.begin());
  features_.assign(static_cast<std::size_t>(layout_.features), 0.0F);
  targets_.assign(static_cast<std::size_t>(layout_.targets), 0.0F);
  for (std::size_t i = inputs; i < flat.positions.size(); ++i) {
    const std::int64_t at = flat.positions[i];
    if (at < first_target) {
      features_[static_cast<std::size_t>(at - first_feature)] = flat.values[i];
    } else {
      targets_[static_cast<std::size_t>(at - first_target)] = flat.values[i];
    }
  }
  return {{flat.positions.first(inputs), flat.values.first(inputs)}, label, features_, targets_};
}

}  // namespace jetrain

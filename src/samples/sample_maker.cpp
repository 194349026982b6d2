#include "samples/sample_maker.hpp"

#include <algorithm>

#include "core/random.hpp"
#include "jets/augmentation.hpp"
#include "jets/high_level.hpp"

namespace jetrain {

SampleMaker::SampleMaker(const Config& config, bool augmentable)
    : images_(config.image),
      high_level_(config.data.high_level),
      clouds_(augmentable && config.augmentation.used()),
      inputs_(sample_layout(config).inputs) {}

std::int64_t SampleMaker::most_entries() const noexcept {
  return images_.most_entries() + std::ssize(high_level_);
}

RowStatus SampleMaker::make(std::span<const float, kConstituentFloats> constituents, bool training,
                            std::uint16_t* positions, float* values, std::int64_t& count) const {
  const bool cloud = clouds_ && training;
  const RowStatus status = cloud ? images_.make_cloud(constituents, positions, values, count)
                                 : images_.make(constituents, positions, values, count);
  if (status != RowStatus::good || high_level_.empty()) return status;
  high_level_features(constituents, high_level_, values + count);
  for (std::int64_t i = 0; i < std::ssize(high_level_); ++i)
    positions[count++] = static_cast<std::uint16_t>((cloud ? kCloudPositions : inputs_) + i);
  return status;
}

Augmenter::Augmenter(const Config& config)
    : images_(config.image),
      augmentation_(config.augmentation),
      seed_(config.seed),
      inputs_(sample_layout(config).inputs),
      features_(sample_layout(config).features) {}

std::int64_t Augmenter::most_entries() const noexcept {
  return images_.most_entries() + features_;
}

std::int64_t Augmenter::augment(std::span<const std::uint16_t> positions, std::span<const float> cloud,
                                std::uint32_t epoch, std::uint32_t number, std::uint16_t* pixels,
                                float* values) const {
  const auto features = std::lower_bound(positions.begin(), positions.end(), kCloudPositions);
  const auto constituents = static_cast<std::size_t>(features - positions.begin());
  std::int64_t count = 0;
  images_.make_from_cloud(positions.first(constituents), cloud.first(constituents), augmentation_,
                          RandomStream(seed_, Purpose::augmentation, epoch, number), pixels, values, count);
  for (std::size_t i = constituents; i < positions.size(); ++i, ++count) {
    pixels[count] = static_cast<std::uint16_t>(positions[i] - kCloudPositions + inputs_);
    values[count] = cloud[i];
  }
  return count;
}

}  // namespace jetrain

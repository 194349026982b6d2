#include "samples/sample_maker.hpp"

#include <algorithm>

#include "core/random.hpp"
#include "jets/high_level.hpp"

namespace jetrain {

SampleMaker::SampleMaker(const Config& config, bool augmentable)
    : images_(config.image),
      high_level_(config.data.high_level),
      clouds_(augmentable && config.augmentation.used()) {}

RowStatus SampleMaker::make(std::span<const float> constituents, bool training, SampleDraft& sample) const {
  const auto leading =
      constituents.first(std::min(constituents.size(), static_cast<std::size_t>(4 * kConstituents)));
  sample.reserve(images_.most_entries());
  const RowStatus status =
      clouds_ && training
          ? images_.make_cloud(leading, sample.positions.data(), sample.values.data(), sample.entries)
          : images_.make(leading, sample.positions.data(), sample.values.data(), sample.entries);
  sample.features.resize(high_level_.size());
  if (status == RowStatus::good && !high_level_.empty())
    high_level_features(leading, high_level_, sample.features.data());
  return status;
}

Augmenter::Augmenter(const Config& config)
    : images_(config.image), augmentation_(config.augmentation), seed_(config.seed) {}

SampleView Augmenter::augment(const SampleView& cloud, std::uint32_t epoch, std::uint32_t number,
                              SampleDraft& draft) const {
  draft.reserve(images_.most_entries());
  images_.make_from_cloud(cloud.input.positions, cloud.input.values, augmentation_,
                          RandomStream(seed_, Purpose::augmentation, epoch, number), draft.positions.data(),
                          draft.values.data(), draft.entries);
  return {draft.input(), cloud.label, cloud.features, cloud.targets};
}

}  // namespace jetrain

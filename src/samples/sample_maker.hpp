#pragma once

/// \file
/// From a jet's constituents to its sample: the image and the high-level features.

#include "config/config.hpp"
#include "jets/image.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

/// Stateless after construction; one object may serve all threads.
class SampleMaker {
 public:
  /// `augmentable`: where the config augments, training samples are clouds, to be augmented later.
  explicit SampleMaker(const Config& config, bool augmentable = false);

  std::int64_t most_entries() const noexcept;
  /// As ImageMaker::make; `positions` and `values` hold at least most_entries(). `training`: the sample is to
  /// train on.
  RowStatus make(std::span<const float, kConstituentFloats> constituents, bool training,
                 std::uint16_t* positions, float* values, std::int64_t& count) const;

 private:
  ImageMaker images_;
  std::vector<HighLevelFeature> high_level_;
  bool clouds_;
  std::int64_t inputs_;
};

/// Clouds to images, with one epoch's augmentation.
class Augmenter {
 public:
  explicit Augmenter(const Config& config);
  bool used() const { return augmentation_.used(); }
  std::int64_t most_entries() const noexcept;
  /// The sample made of a cloud; `number`: of the sample in its set.
  std::int64_t augment(std::span<const std::uint16_t> positions, std::span<const float> cloud,
                       std::uint32_t epoch, std::uint32_t number, std::uint16_t* pixels, float* values) const;

 private:
  ImageMaker images_;
  AugmentationConfig augmentation_;
  std::uint64_t seed_;
  std::int64_t inputs_;
  std::int64_t features_;
};

}  // namespace jetrain

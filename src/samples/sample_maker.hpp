#pragma once

/// \file
/// From a jet's constituents to its sample: the image and the high-level features.

#include "config/config.hpp"
#include "jets/image.hpp"
#include "samples/sample_draft.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

/// Stateless after construction; one object may serve all threads.
class SampleMaker {
 public:
  /// `augmentable`: where the config augments, training samples are clouds, to be augmented later.
  explicit SampleMaker(const Config& config, bool augmentable = false);

  /// Of constituents (n, 4), as ImageMaker::make; the leading 200 count. `training`: the sample is to train
  /// on.
  RowStatus make(std::span<const float> constituents, bool training, SampleDraft& sample) const;

 private:
  ImageMaker images_;
  std::vector<HighLevelFeature> high_level_;
  bool clouds_;
};

/// Clouds to images, with one epoch's augmentation.
class Augmenter {
 public:
  explicit Augmenter(const Config& config);
  bool used() const { return augmentation_.used(); }
  /// The sample made of a cloud, a view of cloud and draft; `number`: of the sample in its set.
  SampleView augment(const SampleView& cloud, std::uint32_t epoch, std::uint32_t number,
                     SampleDraft& draft) const;

 private:
  ImageMaker images_;
  AugmentationConfig augmentation_;
  std::uint64_t seed_;
};

}  // namespace jetrain

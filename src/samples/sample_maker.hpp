#pragma once

/// \file
/// From a jet's constituents to its sample: the image, or the set, and the high-level features.

#include "config/config.hpp"
#include "jets/image.hpp"
#include "samples/sample_draft.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

/// Stateless after construction; one object may serve all threads.
class SampleMaker {
 public:
  /// `augmentable`: samples are made to be kept for a training. Where the config augments images, those to
  /// train on are clouds, to be augmented later; where it reweights, images have their jets' sums with them.
  explicit SampleMaker(const Config& config, bool augmentable = false);

  /// Of the places (n, 4) of a jet, in any order, with padding anywhere, as collect_constituents has them;
  /// what was found stands in sample.notes. Images and high-level features are of the leading 200 in pT; of
  /// places that stand in order, of the first 200 as they stand. `training`: the sample is to train on.
  /// `columns` go into sets, behind their momenta.
  RowStatus make(std::span<const float> places, bool training, SampleDraft& sample,
                 const PlaceColumns& columns = {}) const;

 private:
  RowStatus make_image(std::span<const float> places, bool training, SampleDraft& sample) const;
  RowStatus make_set(std::span<const float> places, const PlaceColumns& columns, SampleDraft& sample) const;
  RowStatus add_jet(std::span<const float> places, SampleDraft& sample) const;
  void find_features(std::span<const float> leading, SampleDraft& sample) const;

  ImageMaker images_;
  std::vector<HighLevelFeature> high_level_;
  bool clouds_;
  bool sets_;
  bool jets_of_images_;
  std::int64_t most_;  ///< constituents of a set
};

/// Clouds to images, and sets to sets, with one epoch's augmentation.
class Augmenter {
 public:
  explicit Augmenter(const Config& config);
  bool used() const { return augmentation_.used(); }
  /// The sample made of a cloud, or of a set, a view of that and of draft; `number`: of the sample in its
  /// set.
  SampleView augment(const SampleView& stored, std::uint32_t epoch, std::uint32_t number,
                     SampleDraft& draft) const;

 private:
  ImageMaker images_;
  AugmentationConfig augmentation_;
  ConstituentAxis axis_;
  bool sets_;
  std::uint64_t seed_;
};

}  // namespace jetrain

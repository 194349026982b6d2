#include "samples/sample_maker.hpp"

#include <algorithm>

#include "core/random.hpp"
#include "jets/constituent_augmentation.hpp"
#include "jets/high_level.hpp"

namespace jetrain {

namespace {

std::span<const float> leading_of(std::span<const float> constituents) {
  return constituents.first(std::min(constituents.size(), static_cast<std::size_t>(4 * kConstituents)));
}

}  // namespace

SampleMaker::SampleMaker(const Config& config, bool augmentable)
    : images_(config.image),
      high_level_(config.data.high_level),
      clouds_(augmentable && config.augmentation.used()),
      sets_(config.input == InputKind::constituents),
      jets_of_images_(augmentable && config.train.reweight.used() && !sets_),
      most_(config.constituents.most > 0 ? config.constituents.most : ConstituentsConfig::kMost) {}

RowStatus SampleMaker::make(std::span<const float> places, bool training, SampleDraft& sample,
                            const PlaceColumns& columns) const {
  sample.notes = {};
  return sets_ ? make_set(places, columns, sample) : make_image(places, training, sample);
}

RowStatus SampleMaker::make_image(std::span<const float> places, bool training, SampleDraft& sample) const {
  std::span<const float> in_order;
  if (const InOrder found = stand_in_order(places); found.in_order) {
    const bool empty = 4 * found.padding == std::ssize(places);
    sample.notes = {.jets = 1, .padding = found.padding, .empty = empty ? 1 : 0};
    in_order = places.first(static_cast<std::size_t>(4 * found.used));
  } else {
    const RowStatus status = collect_constituents(places, sample.constituents, sample.jet, sample.notes);
    if (status != RowStatus::good) return status;
    in_order = sample.constituents;
  }
  look_at_leading(in_order, sample.notes);
  const auto leading = leading_of(in_order);
  sample.reserve(images_.most_entries());
  const RowStatus status =
      clouds_ && training
          ? images_.make_cloud(leading, sample.positions.data(), sample.values.data(), sample.entries)
          : images_.make(leading, sample.positions.data(), sample.values.data(), sample.entries);
  sample.features.resize(high_level_.size());
  if (status == RowStatus::good) find_features(leading, sample);
  if (status == RowStatus::good && jets_of_images_) return add_jet(places, sample);
  return status;
}

/// The sum over all constituents, as a set's.
RowStatus SampleMaker::add_jet(std::span<const float> places, SampleDraft& sample) const {
  ReadingNotes of_sets;
  sample.has_jet = true;
  return collect_constituents(places, sample.constituents, sample.jet, of_sets);
}

RowStatus SampleMaker::make_set(std::span<const float> places, const PlaceColumns& columns,
                                SampleDraft& sample) const {
  sample.entries = 0;
  sample.constituent_width = kMomentumColumns + columns.count;
  sample.has_jet = true;
  sample.kept = 0;
  sample.features.resize(high_level_.size());
  const RowStatus status =
      collect_constituents(places, sample.constituents, sample.jet, sample.notes, columns);
  if (status != RowStatus::good) return status;
  look_at_leading(sample.constituents, sample.notes);
  const RaggedView all{sample.constituents, sample.constituent_width};
  sample.kept = std::min(most_, all.rows());
  if (high_level_.empty()) return status;
  static thread_local std::vector<float> room;
  find_features(leading_of(momenta_of(all, room)), sample);
  return status;
}

void SampleMaker::find_features(std::span<const float> leading, SampleDraft& sample) const {
  if (!high_level_.empty()) high_level_features(leading, high_level_, sample.features.data());
}

Augmenter::Augmenter(const Config& config)
    : images_(config.image),
      augmentation_(config.augmentation),
      axis_(config.constituents.axis),
      sets_(config.input == InputKind::constituents),
      seed_(config.seed) {}

SampleView Augmenter::augment(const SampleView& stored, std::uint32_t epoch, std::uint32_t number,
                              SampleDraft& draft) const {
  const RandomStream stream(seed_, Purpose::augmentation, epoch, number);
  if (sets_) {
    augment_constituents(stored.constituents.values, stored.constituents.width, stored.jet, axis_,
                         augmentation_, stream, draft.constituents, draft.jet);
    SampleView sample = stored;
    sample.constituents.values = draft.constituents;
    sample.jet = draft.jet;
    return sample;
  }
  draft.reserve(images_.most_entries());
  images_.make_from_cloud(stored.input.positions, stored.input.values, augmentation_, stream,
                          draft.positions.data(), draft.values.data(), draft.entries);
  SampleView sample = stored;
  sample.input = draft.input();
  return sample;
}

}  // namespace jetrain

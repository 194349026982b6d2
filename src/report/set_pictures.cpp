#include "report/set_pictures.hpp"

#include "samples/sample_maker.hpp"

namespace jetrain {

SampleStore pictures_of(const SampleStore& sets, const ImageConfig& image) {
  Config config;
  config.image = image;
  const SampleMaker maker(config);
  SampleStore pictures;
  SampleDraft draft;
  std::vector<float> room;
  for (std::int64_t i = 0; i < sets.size(); ++i) {
    const SampleView set = sets[i];
    // A momentum beyond what images can square is a jet without a picture.
    if (maker.make(momenta_of(set.constituents, room), false, draft) != RowStatus::good) draft.entries = 0;
    pictures.append(draft.view(set.label));
  }
  return pictures;
}

}  // namespace jetrain

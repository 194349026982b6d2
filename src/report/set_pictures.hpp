#pragma once

#include "config/pictures.hpp"
#include "samples/sample_store.hpp"

namespace jetrain {

/// Pictures of jets that are stored as sets, in their order: images (samples/sample_view.hpp's `input`) of
/// their constituents, as `image` says.
SampleStore pictures_of(const SampleStore& sets, const ImageConfig& image);

}  // namespace jetrain

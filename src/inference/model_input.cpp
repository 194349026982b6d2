#include "inference/model_input.hpp"

#include "jetrain/error.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

ModelInput model_input(const Config& config) {
  const SampleLayout layout = sample_layout(config);
  const ArraysConfig& arrays = config.data.arrays;
  if (!arrays.used()) {
    const ImageConfig& image = config.image;
    return {Shape::image(std::ssize(image.channels), image.bins, image.bins), layout.features, 2};
  }
  const std::vector<std::int64_t>& shape = arrays.shape;
  if (shape.empty())
    throw UsageError("data.arrays.shape: is not known; give [features] or [channels, rows, columns]");
  ModelInput input(shape.size() == 3 ? Shape::image(shape[0], shape[1], shape[2]) : Shape::vector(shape[0]),
                   0, 0);
  input.targets = layout.targets;
  return input;
}

Model make_model(const Config& config) {
  return {config.model, model_input(config), config.train.loss};
}

}  // namespace jetrain

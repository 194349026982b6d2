#include "inference/model_input.hpp"

#include "samples/sample_layout.hpp"

namespace jetrain {

namespace {

Shape shape_of(const SampleLayout& layout) {
  if (layout.is_set()) return Shape::set(layout.constituent_features);
  const Grid& grid = layout.input;
  return layout.is_image ? Shape::image(grid.channels, grid.rows, grid.columns) : Shape::vector(grid.columns);
}

}  // namespace

ModelInput model_input(const Config& config) {
  const SampleLayout layout = sample_layout(config);
  ModelInput input(shape_of(layout), layout.features, labels_of(config.data) == Labels::jets ? 2 : 0);
  input.targets = layout.targets;
  input.constituents = config.constituents;
  return input;
}

Model make_model(const Config& config) {
  return {config.model, model_input(config), config.train.loss};
}

}  // namespace jetrain

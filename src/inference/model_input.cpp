#include "inference/model_input.hpp"

#include "samples/sample_layout.hpp"

namespace jetrain {

ModelInput model_input(const Config& config) {
  const SampleLayout layout = sample_layout(config);
  const Grid& grid = layout.input;
  ModelInput input(
      layout.is_image ? Shape::image(grid.channels, grid.rows, grid.columns) : Shape::vector(grid.columns),
      layout.features, labels_of(config.data) == Labels::jets ? 2 : 0);
  input.targets = layout.targets;
  return input;
}

Model make_model(const Config& config) {
  return {config.model, model_input(config), config.train.loss};
}

}  // namespace jetrain

#include "inference/model_input.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/class_names.hpp"
#include "core/name_pattern.hpp"
#include "jetrain/error.hpp"
#include "nn/layer_choice.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

namespace {

Shape shape_of(const SampleLayout& layout) {
  if (layout.is_set()) return Shape::set(layout.constituent_features);
  const Grid& grid = layout.input;
  return layout.is_image ? Shape::image(grid.channels, grid.rows, grid.columns) : Shape::vector(grid.columns);
}

/// How many classes labels have, as far as the config says; 0: as many as the network has outputs.
std::int64_t classes_of(const DataConfig& data) {
  if (!data.classes.empty()) return std::ssize(data.classes);
  switch (labels_of(data)) {
    case Labels::jets:
      return 2;
    case Labels::classes:
    case Labels::none:
      break;
  }
  return 0;
}

/// Refuses labels and losses that are not of one kind.
void require_same_kind(const Config& config, std::int64_t targets) {
  if (targets == 0) return;
  if (!config.data.classes.empty())
    throw UsageError("data.classes: names classes, but the labels are targets of a regression: leave it out");
  if (std::holds_alternative<CrossEntropyConfig>(config.train.loss.kind))
    throw UsageError(
        fmt::format("train.loss: cross_entropy tells classes apart, but data.arrays.targets is {}: leave out "
                    "data.arrays.targets (labels are classes then, also one-hot floats), or train with "
                    "binary_cross_entropy, mean_squared_error or mean_absolute_error",
                    targets));
}

/// Refuses patterns of factors that match no layer, or frozen ones only.
void require_rate_factors(const RateFactors& factors, const Graph& graph) {
  const std::vector<std::string> layers = layers_with_weights(graph, true);
  static_cast<void>(rate_factors(factors, layers));
  for (const auto& entry : factors.of) {
    const std::string& pattern = entry.first;
    const bool is_used = std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
      return node.has_weights_to_train() && !node.frozen && matches(pattern, node.name);
    });
    if (!is_used)
      throw UsageError(fmt::format(
          "train.learning_rate_factors: {} matches frozen layers only (train.freeze), which no step changes: "
          "leave it out",
          pattern));
  }
}

}  // namespace

ModelInput model_input(const Config& config) {
  const SampleLayout layout = sample_layout(config);
  require_same_kind(config, layout.targets);
  ModelInput input(shape_of(layout), layout.features, classes_of(config.data));
  input.targets = layout.targets;
  input.signal = signal_class(config.data);
  input.constituents = config.constituents;
  input.constituent_columns = config.data.jets.constituent_columns;
  return input;
}

Model make_model(const Config& config) {
  Model model(config.model, model_input(config), config.train.loss, config.train.freeze);
  require_rate_factors(config.train.learning_rate_factors, model.graph());
  return model;
}

}  // namespace jetrain

#include "train/batch_statistics.hpp"

#include <algorithm>

#include "kernels/exact_sum.hpp"

namespace jetrain {
namespace {

/// Whether each batch moves it.
bool is_running(const ParameterView& view) {
  return !view.spec.trainable() && !view.frozen && view.spec.average_momentum != 1;
}

/// Of sums of its own that each batch moves averages by.
std::int64_t words_of(const Node& node) {
  return node.frozen ? 0 : node.layer->statistics_words();
}

}  // namespace

bool BatchStatistics::has_some(const Model& model) {
  return std::any_of(model.nodes().begin(), model.nodes().end(),
                     [](const Node& node) { return words_of(node) > 0; }) ||
         std::any_of(model.parameter_views().begin(), model.parameter_views().end(),
                     [](const ParameterView& view) { return is_running(view); });
}

BatchStatistics::BatchStatistics(const Model& model) : model_(model) {
  for (const ParameterView& view : model.parameter_views())
    totals_.emplace_back(is_running(view) ? static_cast<std::size_t>(view.spec.size()) : 0);
  for (const Node& node : model.nodes()) words_.emplace_back(static_cast<std::size_t>(words_of(node)));
}

void BatchStatistics::add(const std::int64_t* sums, std::int64_t samples) {
  samples_ += samples;
  for (std::size_t v = 0; v < totals_.size(); ++v) {
    const std::int64_t* const of_view = sums + model_.parameter_views()[v].sums;
    for (std::size_t i = 0; i < totals_[v].size(); ++i) totals_[v][i] += kernels::exact_value(of_view[i]);
  }
  // Words have room for 2^30 leaves (row_kernels/wide_sum.hpp), which are all of an epoch's.
  for (std::size_t n = 0; n < words_.size(); ++n) {
    const std::int64_t* const of_node = sums + model_.nodes()[n].statistics;
    for (std::size_t i = 0; i < words_[n].size(); ++i) words_[n][i] += of_node[i];
  }
}

std::vector<float> BatchStatistics::averages() const {
  const std::span<const float> parameters = model_.parameters();
  const std::int64_t begin = model_.trainable_count();
  std::vector<float> averages(parameters.begin() + begin, parameters.end());
  for (std::size_t n = 0; n < words_.size(); ++n) {
    const Node& node = model_.nodes()[n];
    if (words_[n].empty()) continue;
    node.layer->update_averages(words_[n].data(), averages.data() + (node.averages - begin), true);
  }
  for (std::size_t v = 0; v < totals_.size(); ++v) {
    const auto first = static_cast<std::size_t>(model_.parameter_views()[v].offset - begin);
    for (std::size_t i = 0; i < totals_[v].size(); ++i)
      averages[first + i] = static_cast<float>(totals_[v][i] / static_cast<double>(samples_));
  }
  return averages;
}

}  // namespace jetrain

#include "train/batch_statistics.hpp"

#include <algorithm>

#include "kernels/exact_sum.hpp"

namespace jetrain {
namespace {

/// Whether each batch moves it.
bool is_running(const ParameterSpec& spec) {
  return !spec.trainable() && spec.average_momentum != 1;
}

}  // namespace

bool BatchStatistics::has_some(const Model& model) {
  return std::any_of(model.nodes().begin(), model.nodes().end(),
                     [](const Node& node) { return node.layer->statistics_words() > 0; }) ||
         std::any_of(model.parameter_views().begin(), model.parameter_views().end(),
                     [](const ParameterView& view) { return is_running(view.spec); });
}

BatchStatistics::BatchStatistics(const Model& model)
    : model_(model),
      totals_(static_cast<std::size_t>(model.parameter_count() - model.trainable_count())),
      words_(static_cast<std::size_t>(model.sum_count() - model.parameter_count())) {}

void BatchStatistics::add(const std::int64_t* sums, std::int64_t samples) {
  samples_ += samples;
  for (std::size_t i = 0; i < totals_.size(); ++i)
    totals_[i] += kernels::exact_value(sums[model_.trainable_count() + static_cast<std::int64_t>(i)]);
  // Words have room for 2^30 leaves (row_kernels/wide_sum.hpp), which are all of an epoch's.
  for (std::size_t i = 0; i < words_.size(); ++i)
    words_[i] += sums[model_.parameter_count() + static_cast<std::int64_t>(i)];
}

std::vector<float> BatchStatistics::averages() const {
  const std::span<const float> parameters = model_.parameters();
  const std::int64_t begin = model_.trainable_count();
  std::vector<float> averages(parameters.begin() + begin, parameters.end());
  for (const Node& node : model_.nodes()) {
    if (node.layer->statistics_words() == 0) continue;
    const std::int64_t words = node.statistics - model_.parameter_count();
    node.layer->update_averages(words_.data() + words, averages.data() + (node.averages - begin), true);
  }
  for (const ParameterView& view : model_.parameter_views()) {
    if (!is_running(view.spec)) continue;
    for (std::int64_t i = view.offset - begin; i < view.offset - begin + view.spec.size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      averages[at] = static_cast<float>(totals_[at] / static_cast<double>(samples_));
    }
  }
  return averages;
}

}  // namespace jetrain

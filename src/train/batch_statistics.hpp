#pragma once

/// \file
/// Batch normalisation's averages, measured by a pass over the training set with weights that stay.

#include <cstdint>
#include <vector>

#include "nn/model.hpp"

namespace jetrain {

/// The means, over all samples or rows of a pass, of the leaves' own means and biased variances: what the
/// running averages would come to if they forgot nothing. Sums over a batch are exact, and batches are added
/// in their order, so that the bits depend on no rank or thread.
class BatchStatistics {
 public:
  /// Whether the network has any.
  static bool has_some(const Model& model);

  explicit BatchStatistics(const Model& model);

  /// A batch of so many samples; `sums` as Model::forward_backward adds them up, over all ranks.
  void add(const std::int64_t* sums, std::int64_t samples);
  /// All parameters that are not trained; those that no batch moves, as the model has them.
  std::vector<float> averages() const;

 private:
  const Model& model_;
  std::vector<std::vector<double>> totals_;       ///< of each parameter view, where batches move it
  std::vector<std::vector<std::int64_t>> words_;  ///< of each node's own sums
  std::int64_t samples_ = 0;
};

}  // namespace jetrain

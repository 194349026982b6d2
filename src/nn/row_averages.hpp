#pragma once

/// \file
/// Running averages of batch normalisations whose batch is the rows of a leaf: constituents, edges, pairs.

#include <cstdint>
#include <vector>

#include "nn/parameter_spec.hpp"

namespace jetrain {

/// Scale and shift of a batch normalisation, then the running averages of means and variances.
std::vector<ParameterSpec> batch_norm_parameters(std::int64_t channels);

/// Averages of the leaves' own means and biased variances, each leaf weighted by its rows: average <-
/// momentum average + (1 - momentum) (sum over leaves of rows times value) / (sum of rows). A leaf without
/// rows adds nothing, and a batch without rows leaves the averages as they are. Sums are exact
/// (row_kernels/wide_sum.hpp).
class RowAverages {
 public:
  RowAverages(std::int64_t channels, double momentum) : channels_(channels), momentum_(momentum) {}

  /// 64-bit words of the sums: rows, means, variances.
  std::int64_t words() const noexcept;
  /// Adds a leaf's statistics, (channels) each. False where a number is out of bounds, or none.
  bool add(const float* mean, const float* variance, std::int64_t rows, std::int64_t* words) const;
  /// `averages`: means, then variances, (channels) each; `anew`: as with a momentum of 0.
  void update(const std::int64_t* words, float* averages, bool anew = false) const;

 private:
  std::int64_t channels_;
  double momentum_;
};

}  // namespace jetrain

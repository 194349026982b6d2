#pragma once

/// \file
/// From a dense array to a sparse part and back.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "samples/sample_draft.hpp"
#include "samples/sample_view.hpp"

namespace jetrain {

/// Fills `dense`, the whole array: 0 where there is no entry.
inline void to_dense(const SparseView& sparse, std::span<float> dense) {
  std::fill(dense.begin(), dense.end(), 0.0F);
  for (std::size_t k = 0; k < sparse.positions.size(); ++k) dense[sparse.positions[k]] = sparse.values[k];
}

/// Makes `dense` the input of `draft`, all but its zeros; false where a value is NaN or infinite.
[[nodiscard]] inline bool put_dense(std::span<const float> dense, SampleDraft& draft) {
  draft.entries = 0;
  draft.reserve(std::ssize(dense));
  for (std::size_t k = 0; k < dense.size(); ++k) {
    if (!std::isfinite(dense[k])) return false;
    if (dense[k] != 0) draft.put(static_cast<std::int64_t>(k), dense[k]);
  }
  return true;
}

}  // namespace jetrain

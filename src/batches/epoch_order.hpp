#pragma once

/// \file
/// The order in which an epoch visits the training samples.

#include <cstdint>
#include <optional>
#include <vector>

#include "batches/batch_plan.hpp"
#include "batches/indexed_permutation.hpp"
#include "config/words.hpp"

namespace jetrain {

/// Which sample stands at which position of an epoch, and the reverse; the same on all ranks. `shuffle`:
///  - global: a permutation of all samples, a function of (seed, epoch) alone, of which a rank computes the
///    entries that it needs;
///  - none: file order;
///  - local: every rank's samples (begins[r] ... begins[r+1]) are permuted among the positions that rank
///    computes, so that next to nothing has to move; the order then depends on the number of ranks.
class EpochOrder {
 public:
  /// No order yet.
  EpochOrder() = default;
  EpochOrder(Shuffle shuffle, std::uint64_t seed, std::uint32_t epoch, const BatchPlan& plan,
             const std::vector<std::int64_t>& begins);

  std::uint32_t sample_at(std::int64_t position) const noexcept;
  std::int64_t position_of(std::int64_t sample) const noexcept;

 private:
  std::optional<IndexedPermutation> global_;
  std::vector<std::uint32_t> samples_;    ///< by position, of a local order
  std::vector<std::uint32_t> positions_;  ///< by sample
};

}  // namespace jetrain

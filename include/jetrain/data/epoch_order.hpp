#pragma once

/// \file
/// The order in which an epoch visits the training samples.

#include <cstdint>
#include <string>
#include <vector>

#include "jetrain/data/batch_plan.hpp"

namespace jetrain {

/// order[position] = sample number. `shuffle`:
///  - global: a permutation of all samples, a function of (seed, epoch) alone;
///  - none: file order;
///  - local: every rank's samples (begins[r] ... begins[r+1]) are permuted among the positions that rank
///  computes, so
///    that next to nothing has to move; the order then depends on the number of ranks.
std::vector<std::uint32_t> epoch_order(const std::string& shuffle, std::uint64_t seed, std::uint32_t epoch,
                                       const BatchPlan& plan, const std::vector<std::int64_t>& begins);

}  // namespace jetrain

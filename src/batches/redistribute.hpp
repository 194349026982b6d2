#pragma once

/// \file
/// Moves the samples of a set between ranks.

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "samples/sample_set.hpp"

namespace jetrain {

/// Borders that give every rank about the same number of `total` samples, in whole leaves.
std::vector<std::int64_t> even_borders(std::int64_t total, int ranks);

/// Borders that give all of `total` samples to rank 0.
std::vector<std::int64_t> root_borders(std::int64_t total, int ranks);

/// Afterwards rank r holds the samples [borders[r], borders[r + 1]) of the set, in the order of their
/// numbers. `borders` ascends from 0 to the set's total and is the same on all ranks. Collective.
void redistribute(SampleSet& set, const std::vector<std::int64_t>& borders, const Communicator& comm);

}  // namespace jetrain

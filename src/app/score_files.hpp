#pragma once

#include <functional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "inference/model_file.hpp"
#include "inference/scoring.hpp"

namespace jetrain {

/// Scores the rows of `files` that the model's config gives to `set` (Set::none: all), and gathers them on
/// rank 0. Collective; DataError where there are none.
ScoredSlice score_files(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                        const Communicator& comm);

/// All rows of `files` in pieces, one after another: rank 0 has each piece, with the sums over it, while
/// `take` runs on it (and may throw). Memory holds a quarter of a million rows' scores at most.
/// `begin(most_rows)` runs on rank 0 before, with the number of rows that there
/// are. Collective.
void score_in_pieces(const StoredModel& stored, const std::vector<std::string>& files,
                     const std::function<void(std::int64_t most_rows)>& begin,
                     const std::function<void(const ScoredSlice& piece)>& take, const Communicator& comm);

}  // namespace jetrain

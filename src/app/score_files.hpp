#pragma once

#include <functional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "inference/model_file.hpp"
#include "inference/scoring.hpp"

namespace jetrain {

/// The rows of `files` that the config gives to `set` (Set::none: all). It must outlive them. Collective.
SelectedRows select_rows(const Config& config, const std::vector<std::string>& files, Set set,
                         const Communicator& comm);

/// Scores the rows of `files` that the model's config gives to `set` (Set::none: all), and gathers them on
/// rank 0. Collective; DataError where there are none, or where they have no labels.
ScoredSlice score_files(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                        const Communicator& comm);

/// All rows of `files` in pieces, one after another: rank 0 has each piece, with the sums over it, while
/// `take` runs on it (and may throw). Memory holds a quarter of a million rows' scores at most.
/// `begin(most_rows, rows)` runs on rank 0 before, with the number of rows that there are. Collective.
void score_in_pieces(const StoredModel& stored, const std::vector<std::string>& files,
                     const std::function<void(std::int64_t most_rows, const RowSource& rows)>& begin,
                     const std::function<void(const ScoredSlice& piece)>& take, const Communicator& comm);

}  // namespace jetrain

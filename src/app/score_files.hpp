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
/// UsageError where which rows of `files` belong to `set` is not said by the config of the model in the file
/// `model`, or `files` are others than its split is of.
void require_known_set(const std::string& model, const Config& config, const std::vector<std::string>& files,
                       Set set);

/// What is to be said where all rows of a file (Set::none) are scored that trained the model; "" where none
/// is.
std::string training_note(const Config& config, const std::vector<std::string>& files, Set set);

/// Scores the rows of `files` that the model's config gives to `set` (Set::none: all), and gathers them on
/// rank 0. Collective; DataError where there are none, or where they have no labels, or not the weights
/// that the config names.
ScoredSlice score_files(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                        const Communicator& comm);

/// The rows of `files` that belong to `set` (Set::none: all) in pieces, one after another: rank 0 has each
/// piece, with the sums over it, while `take` runs on it (and may throw). Memory holds a quarter of a million
/// rows' scores at most. `weights`: they are wanted, too; else files need have none. `begin(most_rows, rows)`
/// runs on rank 0 before, with the number of rows that there are. Collective.
void score_in_pieces(const StoredModel& stored, const std::vector<std::string>& files, Set set, bool weights,
                     const std::function<void(std::int64_t most_rows, const RowSource& rows)>& begin,
                     const std::function<void(const ScoredSlice& piece)>& take, const Communicator& comm);

}  // namespace jetrain

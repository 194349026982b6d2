#pragma once

/// \file
/// From files to samples in memory: every rank reads its slice, makes samples with OpenMP, keeps the wanted
/// sets.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/log_level.hpp"
#include "dataset/selected_rows.hpp"
#include "dataset/teacher_record.hpp"
#include "samples/sample_set.hpp"

namespace jetrain {

struct LoadedSamples {
  std::array<SampleSet, 4> sets;  ///< indexed by Set
  std::int64_t rows_read = 0;     ///< on all ranks
  std::int64_t own_rows = 0;      ///< read from files by this rank
  std::int64_t rows_skipped = 0;  ///< bad rows left out (on_bad_row: skip), on all ranks
  ReadingNotes notes;             ///< of jets that became sets, on all ranks; none from a cache
  double read_seconds = 0;        ///< this rank's time in files and decompression
  double preprocess_seconds = 0;  ///< this rank's time in making samples
  bool keeps_rows = false;        ///< training_rows are wanted
  /// The numbers of this rank's training samples in the files that train, where these were read.
  std::vector<std::int64_t> training_rows;
  TeacherRecord teacher;    ///< whose probabilities the training samples have; empty: nobody's
  bool from_cache = false;  ///< read from data.cache; rows_read and rows_skipped are those of its making

  SampleSet& operator[](Set set) { return sets[static_cast<std::size_t>(set)]; }
  const SampleSet& operator[](Set set) const { return sets[static_cast<std::size_t>(set)]; }
};

/// Says what there is to say of jets that were read as sets: nothing, where they were sorted, with zeros
/// behind the last constituent.
void say_notes(const ReadingNotes& notes, const Say& say);
/// That part of it which columns and units other than meant give: momenta that jets have not.
void say_of_momenta(const ReadingNotes& notes, const Say& say);

/// The notes of all ranks. Collective.
ReadingNotes sum_of(const ReadingNotes& notes, const Communicator& comm);

/// Checks that a set to train on or to validate with is not empty. On all ranks alike.
void require_samples(const SampleSet& set, Set which);

/// Checks that it has samples of both classes, too. Collective.
void require_both_classes(const SampleSet& set, Set which, const Communicator& comm);

/// The sets that `wanted` names for several configs that differ only in what is made of a row, in one reading
/// of the files (one each, where there is a cache). Collective. A bad row is a DataError that names file and
/// row, or is skipped and counted (data.on_bad_row).
std::vector<LoadedSamples> load_samples(const std::vector<const Config*>& configs,
                                        const std::vector<Set>& wanted, const Communicator& comm);

/// Adds what `rows` give to one entry of `all` for each way that they were opened with. Collective.
void read_samples(const SelectedRows& rows, std::vector<LoadedSamples>& all, const Communicator& comm);

/// The sets that `wanted` names, as the config describes them; by way of data.cache, if there is one. What
/// the user should know of the cache goes to `say`, on all ranks. Collective.
LoadedSamples load_samples(
    const Config& config, const std::vector<Set>& wanted, const Communicator& comm,
    const Say& say = [](LogLevel, const std::string&) {});

}  // namespace jetrain

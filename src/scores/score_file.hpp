#pragma once

/// \file
/// Scores and labels of jets, as taggers of any kind leave them: HDF5, CSV, or two NumPy arrays. The ending
/// of the name tells which.
///
/// - `.h5`, `.hdf5`: two datasets of numbers.
/// - `.csv`, `.txt`: lines of numbers with commas, semicolons, tabs or spaces between them, below a line of
///   names (perhaps behind `#`, as numpy.savetxt writes it) or none.
/// - `.npy`: the scores in one file, the labels in the next.
///
/// A dataset or array is (N), (N, 1), or (N, 2) with one column a class, of which the last is the top's.
/// Labels must be 0 or 1, and scores finite; DataError names the file and the row (from 0) or line (from 1).

#include <cstdint>
#include <string>
#include <vector>

namespace jetrain {

struct ScoreSet {
  std::string name;  ///< the file's, for tables and messages
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::int64_t> rows;  ///< where there is a `row`; else empty
};

/// What holds scores and labels: paths of datasets, or names of columns, or their numbers from 1.
struct ScoreNames {
  std::string score = "score";
  std::string label = "label";
};

/// An entry for each file, or pair of .npy files. UsageError where the names of files do not fit.
std::vector<ScoreSet> read_score_files(const std::vector<std::string>& files, const ScoreNames& names);

}  // namespace jetrain

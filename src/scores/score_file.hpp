#pragma once

/// \file
/// Scores and labels of jets, as taggers of any kind leave them: HDF5, CSV, or NumPy arrays. The ending of
/// the name tells which.
///
/// - `.h5`, `.hdf5`: datasets of numbers.
/// - `.csv`, `.txt`: lines of numbers with commas, semicolons, tabs or spaces between them, below a line of
///   names (perhaps behind `#`, as numpy.savetxt writes it) or none.
/// - `.npz`: arrays by their names.
/// - `.npy`: the scores in one file, the labels in the next.
///
/// Scores are (N), (N, 1), or (N, 2) with one column a class, of which the last is the top's; of K classes
/// (N, K), or K columns. Labels must be 0 or 1, of K classes 0 to K - 1 or one-hot (N, K); scores finite, and
/// of K classes from 0 to 1. DataError names the file and the row (from 0) or line (from 1).

#include <cstdint>
#include <string>
#include <vector>

namespace jetrain {

struct ScoreSet {
  std::string name;            ///< the file's, for tables and messages
  std::vector<double> scores;  ///< the signal's
  std::vector<std::uint8_t> labels;
  std::vector<std::int64_t> rows;    ///< where there is a `row`; else empty
  std::vector<double> weights;       ///< how much each counts; empty: all 1
  std::vector<double> outputs;       ///< (N, classes), of more than two classes; else empty
  std::vector<std::string> classes;  ///< names of more than two classes
  std::int64_t signal = 1;           ///< the class that `scores` are of
};

/// What holds scores and labels: paths of datasets, or names of columns or arrays, or their numbers from 1.
struct ScoreNames {
  static constexpr const char* kScore = "score";
  std::string score = kScore;  ///< of K classes K names with commas between them, unless the file says which
  std::string label = "label";
  std::string weight = {};                ///< "": all jets count alike
  std::vector<std::string> classes = {};  ///< names of more than two classes; empty: as the file names them
  /// Which of them; "": the one that jetrain's `score` is of, else the last.
  std::string signal = {};
  bool by_options = true;  ///< the user has --score, --label and --weight to say so
};

/// An entry for each file, or pair of .npy files. UsageError where the names of files do not fit.
std::vector<ScoreSet> read_score_files(const std::vector<std::string>& files, const ScoreNames& names);

/// Whether scores leave [0, 1], so that they are no probabilities: logits, say.
bool leaves_probabilities(const ScoreSet& set);

/// Why two files' figures are not of the same jets, as far as row numbers, labels and their number tell; "":
/// they may be.
std::string difference_of_jets(const ScoreSet& first, const ScoreSet& other);

}  // namespace jetrain

#pragma once

/// \file
/// Columns of numbers, read from each kind of file that score_file.hpp knows.

#include <cstdint>
#include <string>
#include <vector>

#include "scores/score_file.hpp"

namespace jetrain {

/// What a reader found, as it stands in the file.
struct ScoreColumns {
  std::vector<double> scores;
  std::vector<double> labels;
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> lines;  ///< of a text: the line of each row
};

ScoreColumns read_score_hdf5(const std::string& path, const ScoreNames& names);
ScoreColumns read_score_csv(const std::string& path, const ScoreNames& names);
/// The numbers of a .npy file; of two columns, the last.
std::vector<double> read_npy_column(const std::string& path);

}  // namespace jetrain

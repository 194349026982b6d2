#pragma once

/// \file
/// Columns of numbers, read from each kind of file that score_file.hpp knows.

#include <cstdint>
#include <string>
#include <vector>

#include "scores/score_file.hpp"

namespace jetrain {

/// Numbers as they stand in a file: (rows, columns).
struct NumberTable {
  std::vector<double> values;
  std::size_t columns = 1;

  std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
};

/// What a reader found.
struct ScoreColumns {
  NumberTable scores;
  NumberTable labels;
  std::vector<double> weights;
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> lines;   ///< of a text: the line of each row
  std::vector<std::string> classes;  ///< of the columns of scores, where the file names them
  std::vector<double> of_signal;     ///< `score` beside jetrain's outputs of several classes; else empty
};

ScoreColumns read_score_hdf5(const std::string& path, const ScoreNames& names);
ScoreColumns read_score_csv(const std::string& path, const ScoreNames& names);
ScoreColumns read_score_npz(const std::string& path, const ScoreNames& names);
/// Of the files of scores and labels; `names.weight` is a third, if any.
ScoreColumns read_score_npy(const std::string& scores, const std::string& labels, const ScoreNames& names);

/// The numbers of an array in NumPy's format, in whatever type and order; `name` for messages.
NumberTable npy_table(const std::string& name, const std::string& bytes);

/// What to do where a file has no such thing: say so with the `options`, where there are some.
std::string naming_advice(const ScoreNames& names, const std::string& options);
/// "a,b,c" as its parts.
std::vector<std::string> listed(const std::string& text);
/// Puts columns of one number a row side by side; DataError where they are of different length.
NumberTable side_by_side(const std::string& path, const std::vector<NumberTable>& columns);
/// More columns than classes can be are no scores: DataError naming the array and its shape.
void require_score_shape(const std::string& name, const std::vector<std::int64_t>& shape);

}  // namespace jetrain

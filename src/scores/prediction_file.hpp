#pragma once

/// \file
/// Predictions on their way to a file, piece by piece, so that memory does not grow with their number. The
/// file appears whole or not at all, and its bytes do not depend on how the rows were cut into pieces.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace jetrain {

/// Consecutive scored rows.
struct Predictions {
  std::vector<std::int64_t> rows;
  std::vector<std::uint8_t> labels;  ///< empty: the file has none
  std::vector<float> scores;
  std::vector<float> outputs;       ///< (rows, outputs) or empty
  std::vector<float> weights = {};  ///< (rows) or empty
};

/// What a file of predictions has beside rows and scores.
struct PredictionColumns {
  bool labels = true;
  std::vector<std::string> outputs = {};  ///< their names; empty: there are none
  bool weights = false;
};

class PredictionFile {
 public:
  /// By the ending of the name, CSV (`.csv`: row, label, weight, score, output_NAME, ...; floats with all
  /// digits) or HDF5 (`row` int64, `label` uint8, `weight` and `score` float32, and `outputs` float32, whose
  /// attribute `classes` has the names, one a line). `most_rows`: there will not be more; an HDF5 file has
  /// room on the disk for so many from the beginning, since HDF5 must not meet a full disk.
  static std::unique_ptr<PredictionFile> create(const std::string& path, std::int64_t most_rows,
                                                const PredictionColumns& columns);
  virtual ~PredictionFile() = default;
  virtual void append(const Predictions& piece) = 0;
  /// Makes the file appear under its name. Without it, nothing does.
  virtual void complete() = 0;
};

}  // namespace jetrain

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "io/dataset.hpp"

namespace jetrain {

/// Consecutive rows of both arrays, in memory.
struct ArrayWindow {
  std::vector<float> features;  ///< (rows, width)
  std::vector<double> labels;   ///< (rows, columns)
  std::size_t width = 0;
  std::size_t columns = 0;
  std::vector<double> weights;  ///< (rows); empty: all 1
};

/// One HDF5 file's two arrays (data.arrays): features (N, F) or images (N, C, H, W), labels (N) or (N, K);
/// and, where there are such, weights (N).
class ArrayFile {
 public:
  /// `weights`: the name of that dataset; empty: none. DataError where a shape is not that of the config.
  ArrayFile(const std::string& path, const ArraysConfig& config, const std::string& weights = "");

  const std::string& path() const { return path_; }
  std::int64_t rows() const { return rows_; }
  ArrayWindow read(std::int64_t first, std::int64_t count) const;

 private:
  std::string path_;
  hdf5::Handle file_;
  hdf5::Dataset features_;
  hdf5::Dataset labels_;
  std::optional<hdf5::Dataset> weights_;
  std::int64_t rows_ = 0;
  std::int64_t label_columns_ = 1;
};

/// Fills config.data.arrays.shape and .targets from the first file, where they are not given. Does nothing
/// for jets. Collective.
void complete_arrays(Config& config, const Communicator& comm);

}  // namespace jetrain

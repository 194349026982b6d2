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
  std::vector<float> features;     ///< (rows, width), images (rows, C, H, W)
  std::vector<double> labels;      ///< (rows, columns)
  std::vector<std::string> names;  ///< (rows): labels that are text, instead
  std::int64_t rows = 0;
  std::size_t width = 0;
  std::size_t columns = 0;      ///< 0: no labels, or text
  std::vector<double> weights;  ///< (rows); empty: all 1
};

/// One HDF5 file's two arrays (data.arrays): features (N, F) or images, (N, H, W), (N, C, H, W) or, as the
/// layout says, (N, H, W, C); labels (N) or (N, K), which may be missing where nothing needs them; and, where
/// there are such, weights (N) (data.weights).
class ArrayFile {
 public:
  /// DataError where a shape is not that of the config, or labels are neither numbers nor text.
  ArrayFile(const std::string& path, const DataConfig& config);

  const std::string& path() const { return path_; }
  std::int64_t rows() const { return rows_; }
  bool has_labels() const { return labels_.has_value(); }
  ArrayWindow read(std::int64_t first, std::int64_t count) const;

 private:
  std::string path_;
  hdf5::Handle file_;
  hdf5::Dataset features_;
  std::optional<hdf5::Dataset> labels_;
  std::optional<hdf5::Dataset> weights_;
  std::vector<std::int64_t> shape_;  ///< of a sample
  ArrayLayout layout_;
  std::int64_t rows_ = 0;
  std::int64_t label_columns_ = 1;
};

/// Fills config.data.arrays.shape and .targets from the first file, where they are not given: labels are
/// targets where they are floating-point and the loss is of a regression, else classes. Does nothing for
/// jets. Collective.
void complete_arrays(Config& config, const Communicator& comm);

}  // namespace jetrain

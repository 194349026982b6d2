#include "dataset/array_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "config/row_layout.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

std::int64_t product(const std::vector<std::int64_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

hdf5::Dataset open_array(hid_t file, const std::string& path, const std::string& key,
                         const std::string& name) {
  if (name.empty())
    throw UsageError(fmt::format("data.arrays.{}: is missing; name the dataset in {}", key, path));
  if (!hdf5::exists(file, name))
    throw DataError(fmt::format("{} has no dataset {} (data.arrays.{})", path, name, key));
  return hdf5::Dataset::open(file, name);
}

/// One number a row.
hdf5::Dataset open_weights(hid_t file, const std::string& path, const std::string& name, std::int64_t rows) {
  if (!hdf5::exists(file, name))
    throw DataError(fmt::format("{} has no dataset {} (data.weights)", path, name));
  hdf5::Dataset weights = hdf5::Dataset::open(file, name);
  if (weights.shape() != std::vector{rows} && weights.shape() != std::vector<std::int64_t>{rows, 1}) {
    throw DataError(
        fmt::format("{}: {} has shape ({}), but one number for each of the {} rows is expected "
                    "(data.weights)",
                    path, name, fmt::join(weights.shape(), ", "), rows));
  }
  return weights;
}

/// Targets of a sample, then its shape, as the first file has them.
std::vector<std::int64_t> shape_in_file(const DataConfig& data) {
  if (data.files.empty() && data.train_files.empty())
    throw UsageError(
        "data.arrays.shape: is not given, and no file names it; give [features] or [channels, rows, "
        "columns], or data.files");
  const std::string& path = data.files.empty() ? data.train_files.at(0) : data.files[0];
  const hdf5::Handle file = hdf5::open_file(path);
  const hdf5::Dataset features = open_array(file, path, "features", data.arrays.features);
  const hdf5::Dataset labels = open_array(file, path, "labels", data.arrays.labels);
  const std::vector<std::int64_t>& sizes = features.shape();
  if (sizes.size() != 2 && sizes.size() != 4) {
    throw DataError(
        fmt::format("{}: {} has shape ({}): (rows, features) or (rows, channels, rows, columns) is expected",
                    path, data.arrays.features, fmt::join(sizes, ", ")));
  }
  const std::int64_t columns = labels.shape().size() == 2 ? labels.shape()[1] : 1;
  std::vector<std::int64_t> found = sizes;
  found[0] = labels.elements() == hdf5::Elements::reals ? columns : 0;
  return found;
}

}  // namespace

ArrayFile::ArrayFile(const std::string& path, const ArraysConfig& config, const std::string& weights)
    : path_(path),
      file_(hdf5::open_file(path)),
      features_(open_array(file_, path, "features", config.features)),
      labels_(open_array(file_, path, "labels", config.labels)) {
  std::vector<std::int64_t> expected = config.shape;
  const std::vector<std::int64_t>& sizes = features_.shape();
  const std::vector<std::int64_t>& label_sizes = labels_.shape();
  rows_ = sizes.empty() ? 0 : sizes[0];
  expected.insert(expected.begin(), rows_);
  if (sizes != expected && product(sizes) != 0) {
    throw DataError(fmt::format("{}: {} has shape ({}), but ({}) is expected (data.arrays.shape)", path,
                                config.features, fmt::join(sizes, ", "), fmt::join(expected, ", ")));
  }
  if (label_sizes.empty() || label_sizes.size() > 2 || label_sizes[0] != rows_) {
    throw DataError(fmt::format("{}: {} has shape ({}), which does not fit the {} rows of {}", path,
                                config.labels, fmt::join(label_sizes, ", "), rows_, config.features));
  }
  label_columns_ = label_sizes.size() == 2 ? label_sizes[1] : 1;
  constexpr std::int64_t kMostColumns = 65535;
  if (label_columns_ < 1 || label_columns_ > kMostColumns) {
    throw DataError(fmt::format("{}: {} has {} columns: at least 1 and at most {} are possible", path,
                                config.labels, label_columns_, kMostColumns));
  }
  if (config.targets > 0 && config.targets != label_columns_) {
    throw DataError(fmt::format("{}: {} has {} values a row, but data.arrays.targets is {}", path,
                                config.labels, label_columns_, config.targets));
  }
  if (!weights.empty()) weights_ = open_weights(file_, path, weights, rows_);
}

ArrayWindow ArrayFile::read(std::int64_t first, std::int64_t count) const {
  ArrayWindow window{features_.read_rows<float>(first, count),
                     labels_.read_rows<double>(first, count),
                     0,
                     static_cast<std::size_t>(label_columns_),
                     {}};
  if (weights_) window.weights = weights_->read_rows<double>(first, count);
  window.width = window.features.size() / static_cast<std::size_t>(count);
  return window;
}

void complete_arrays(Config& config, const Communicator& comm) {
  switch (row_layout(config.data)) {
    case RowLayout::jet_table:
      return;
    case RowLayout::arrays:
      break;
  }
  ArraysConfig& arrays = config.data.arrays;
  if (!arrays.shape.empty()) return;
  std::vector<std::int64_t> found;
  comm.agree([&] {
    if (comm.is_root()) found = shape_in_file(config.data);
  });
  comm.broadcast(found);
  arrays.targets = found[0];
  arrays.shape.assign(found.begin() + 1, found.end());
}

}  // namespace jetrain

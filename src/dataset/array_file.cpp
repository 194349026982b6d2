#include "dataset/array_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "config/class_names.hpp"
#include "config/row_layout.hpp"
#include "dataset/array_axes.hpp"
#include "io/text_rows.hpp"
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
  hdf5::Dataset dataset = hdf5::Dataset::open(file, name);
  dataset.require_written();
  return dataset;
}

/// HDF5 itself says no more than that it cannot convert.
void require_numbers(const std::string& path, const hdf5::Dataset& dataset, const std::string& name) {
  switch (dataset.elements()) {
    case hdf5::Elements::integers:
    case hdf5::Elements::reals:
    case hdf5::Elements::enumeration:
      return;
    case hdf5::Elements::text:
    case hdf5::Elements::others:
      break;
  }
  throw DataError(fmt::format("{}: {} holds {}: numbers are needed (float16, 32 or 64, integers or bool)",
                              path, name,
                              dataset.elements() == hdf5::Elements::text ? "text" : "no numbers"));
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
  require_numbers(path, weights, name);
  weights.require_written();
  return weights;
}

/// Some of the names that labels are, for a message.
std::string some_names(const hdf5::Dataset& labels) {
  constexpr std::int64_t kLooked = 1000;
  std::vector<std::string> names;
  for (const std::string& name : read_text_rows(labels, 0, std::min(kLooked, labels.rows()))) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  constexpr std::size_t kMostShown = 12;
  if (names.size() > kMostShown) names.resize(kMostShown);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Labels are numbers of any kind, or names of classes.
void require_labels_of_use(const std::string& path, const hdf5::Dataset& labels, const DataConfig& data) {
  switch (labels.elements()) {
    case hdf5::Elements::integers:
    case hdf5::Elements::reals:
    case hdf5::Elements::enumeration:
      return;
    case hdf5::Elements::text:
      if (labels.row_size() != 1)
        throw DataError(fmt::format("{}: {} has {} texts a row, but a row has one class", path,
                                    data.arrays.labels, labels.row_size()));
      if (data.arrays.targets > 0)
        throw DataError(fmt::format("{}: {} holds text, which cannot be the targets of a regression", path,
                                    data.arrays.labels));
      if (!data.classes.empty()) return;
      throw DataError(fmt::format(
          "{}: {} holds text ({}): say which is class 0, 1, ... with data.classes: [NAME, NAME, ...], "
          "the signal last",
          path, data.arrays.labels, some_names(labels)));
    case hdf5::Elements::others:
      break;
  }
  throw DataError(fmt::format("{}: {} holds neither numbers nor text", path, data.arrays.labels));
}

/// Targets of a sample, then its shape, as the first file has them.
std::vector<std::int64_t> shape_in_file(const DataConfig& data, bool targets_wanted) {
  if (data.files.empty() && data.train_files.empty())
    throw UsageError(
        "data.arrays.shape: is not given, and no file names it; give [features] or [channels, rows, "
        "columns], or data.files");
  const std::string& path = data.files.empty() ? data.train_files.at(0) : data.files[0];
  const hdf5::Handle file = hdf5::open_file(path);
  const hdf5::Dataset features = open_array(file, path, "features", data.arrays.features);
  const hdf5::Dataset labels = open_array(file, path, "labels", data.arrays.labels);
  const std::vector<std::int64_t>& sizes = features.shape();
  std::vector<std::int64_t> found = sample_shape(sizes, data.arrays.layout);
  if (found.empty()) {
    throw DataError(
        fmt::format("{}: {} has shape ({}): (rows, features), (rows, height, width), or (rows, channels, "
                    "height, width) is expected",
                    path, data.arrays.features, fmt::join(sizes, ", ")));
  }
  const std::int64_t columns = labels.shape().size() == 2 ? labels.shape()[1] : 1;
  found.insert(found.begin(), targets_wanted && labels.elements() == hdf5::Elements::reals ? columns : 0);
  return found;
}

void require_sample_shape(const std::string& path, const std::vector<std::int64_t>& sizes,
                          const ArraysConfig& config) {
  if (sample_shape(sizes, config.layout) == config.shape) return;
  const ArrayLayout other =
      config.layout == ArrayLayout::channels_first ? ArrayLayout::channels_last : ArrayLayout::channels_first;
  throw DataError(
      fmt::format("{}: {} has shape ({}), but samples of ({}) are expected (data.arrays.shape){}", path,
                  config.features, fmt::join(sizes, ", "), fmt::join(config.shape, ", "),
                  sample_shape(sizes, other) == config.shape
                      ? fmt::format(", as it has with data.arrays.layout: {}, not {}", other, config.layout)
                      : ""));
}

}  // namespace

ArrayFile::ArrayFile(const std::string& path, const DataConfig& data)
    : path_(path),
      file_(hdf5::open_file(path)),
      features_(open_array(file_, path, "features", data.arrays.features)),
      shape_(data.arrays.shape),
      layout_(data.arrays.layout) {
  const ArraysConfig& config = data.arrays;
  const std::vector<std::int64_t>& sizes = features_.shape();
  rows_ = sizes.empty() ? 0 : sizes[0];
  require_numbers(path, features_, config.features);
  if (product(sizes) != 0) require_sample_shape(path, sizes, config);
  if (data.weighted()) weights_ = open_weights(file_, path, data.weights, rows_);
  if (!config.labels.empty() && !hdf5::exists(file_, config.labels)) return;
  labels_ = open_array(file_, path, "labels", config.labels);
  const std::vector<std::int64_t>& label_sizes = labels_->shape();
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
  require_labels_of_use(path, *labels_, data);
}

ArrayWindow ArrayFile::read(std::int64_t first, std::int64_t count) const {
  ArrayWindow window;
  window.features = features_.read_rows<float>(first, count);
  window.rows = count;
  if (weights_) window.weights = weights_->read_rows<double>(first, count);
  window.width = window.features.size() / static_cast<std::size_t>(count);
  if (layout_ == ArrayLayout::channels_last && shape_.size() == 3)
    put_channels_first(window.features, shape_);
  if (!labels_) return window;
  if (labels_->elements() == hdf5::Elements::text) {
    window.names = read_text_rows(*labels_, first, count);
  } else {
    window.labels = labels_->read_rows<double>(first, count);
    window.columns = static_cast<std::size_t>(label_columns_);
  }
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
  const bool targets_wanted = !tells_classes(config.train.loss);
  if (!arrays.shape.empty() && (arrays.targets > 0 || !targets_wanted)) return;
  std::vector<std::int64_t> found;
  comm.agree([&] {
    if (comm.is_root()) found = shape_in_file(config.data, targets_wanted);
  });
  comm.broadcast(found);
  if (arrays.targets == 0) arrays.targets = found[0];
  if (arrays.shape.empty()) arrays.shape.assign(found.begin() + 1, found.end());
}

}  // namespace jetrain

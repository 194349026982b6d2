#include "dataset/array_loader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/progress.hpp"
#include "core/stopwatch.hpp"
#include "io/dataset.hpp"
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

/// One file's two arrays, checked against the config.
class ArrayFile {
 public:
  ArrayFile(const std::string& path, const ArraysConfig& config)
      : path_(path),
        file_(hdf5::open_file(path)),
        features_(open_array(file_, path, "features", config.features)),
        labels_(open_array(file_, path, "labels", config.labels)),
        targets_(config.targets) {
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
    if (targets_ > 0 && (targets_ != label_columns_)) {
      throw DataError(fmt::format("{}: {} has {} values a row, but data.arrays.targets is {}", path,
                                  config.labels, label_columns_, targets_));
    }
  }

  std::int64_t rows() const { return rows_; }

  /// Calls take(row of the file, sample) for rows [first, last). Bad rows throw, or are counted.
  void read(std::int64_t first, std::int64_t last, bool skip_bad_rows, std::int64_t& skipped,
            const std::function<void(std::int64_t row, const SampleView& sample)>& take) const {
    constexpr std::int64_t kWindow = 4096;
    for (std::int64_t begin = first; begin < last; begin += kWindow) {
      progress::tick();
      const std::int64_t count = std::min(kWindow, last - begin);
      const auto features = features_.read_rows<float>(begin, count);
      const auto labels = labels_.read_rows<double>(begin, count);
      const auto width = features.size() / static_cast<std::size_t>(count);
      const auto columns = static_cast<std::size_t>(label_columns_);
      for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        try {
          take(begin + i, sample_of(std::span(features).subspan(at * width, width),
                                    std::span(labels).subspan(at * columns, columns)));
        } catch (const DataError& error) {
          if (!skip_bad_rows) {
            throw DataError(
                fmt::format("{}, row {}: {}; mend the file, or leave such rows out with "
                            "data.on_bad_row: skip",
                            path_, begin + i, error.what()));
          }
          ++skipped;
        }
      }
    }
  }

 private:
  SampleView sample_of(std::span<const float> features, std::span<const double> labels) const {
    positions_.clear();
    values_.clear();
    const auto put = [&](std::size_t position, float value) {
      if (!std::isfinite(value)) throw DataError("a value is NaN or infinite");
      if (value == 0) return;
      positions_.push_back(static_cast<std::uint16_t>(position));
      values_.push_back(value);
    };
    for (std::size_t i = 0; i < features.size(); ++i) put(i, features[i]);
    for (std::size_t i = 0; i < (targets_ > 0 ? labels.size() : 0); ++i)
      put(features.size() + i, static_cast<float>(labels[i]));
    return {positions_, values_, targets_ > 0 ? std::uint8_t{0} : class_of(labels)};
  }

  static std::uint8_t class_of(std::span<const double> labels) {
    if (labels.size() == 1) {
      const double label = labels[0];
      if (!(label >= 0 && label <= 255 && label == std::floor(label)))
        throw DataError(fmt::format("the label is {}, not a class 0, 1, ... 255", label));
      return static_cast<std::uint8_t>(label);
    }
    const auto hot = std::find(labels.begin(), labels.end(), 1.0);
    if (hot == labels.end() || std::accumulate(labels.begin(), labels.end(), 0.0) != 1.0)
      throw DataError("its labels are not one-hot (a single 1, and zeros)");
    return static_cast<std::uint8_t>(hot - labels.begin());
  }

  std::string path_;
  hdf5::Handle file_;
  hdf5::Dataset features_;
  hdf5::Dataset labels_;
  std::int64_t targets_;
  std::int64_t rows_ = 0;
  std::int64_t label_columns_ = 1;
  mutable std::vector<std::uint16_t> positions_;
  mutable std::vector<float> values_;
};

/// All rows of several files, one after another.
class ArrayFiles {
 public:
  ArrayFiles(const std::vector<std::string>& paths, const ArraysConfig& config) {
    for (const std::string& path : paths) {
      files_.push_back(std::make_unique<ArrayFile>(path, config));
      rows_ += files_.back()->rows();
    }
  }
  std::int64_t rows() const { return rows_; }

  void read(std::int64_t first, std::int64_t last, bool skip_bad_rows, std::int64_t& skipped,
            const std::function<void(std::int64_t row, const SampleView& sample)>& take) const {
    std::int64_t begin = 0;
    for (const auto& file : files_) {
      const std::int64_t from = std::max(first, begin);
      const std::int64_t to = std::min(last, begin + file->rows());
      if (from < to) {
        file->read(from - begin, to - begin, skip_bad_rows, skipped,
                   [&](std::int64_t row, const SampleView& sample) { take(begin + row, sample); });
      }
      begin += file->rows();
    }
  }

 private:
  std::vector<std::unique_ptr<ArrayFile>> files_;
  std::int64_t rows_ = 0;
};

void add_to(LoadedSamples& loaded, const std::vector<std::string>& paths, const Config& config,
            const std::function<Selection(const RowLabels& rows)>& select, const std::vector<Set>& wanted,
            const Communicator& comm) {
  const bool skip = config.data.on_bad_row == BadRow::skip;
  std::unique_ptr<ArrayFiles> files;
  comm.agree([&] { files = std::make_unique<ArrayFiles>(paths, config.data.arrays); });
  // Few rows are needed to balance a limit, and each rank may read them for itself.
  const auto first_labels = [&](std::int64_t rows) {
    std::vector<std::uint8_t> labels;
    std::int64_t ignored = 0;
    comm.agree([&] {
      files->read(0, rows, skip, ignored, [&](std::int64_t row, const SampleView& sample) {
        labels.resize(static_cast<std::size_t>(row), kNoLabel);
        labels.push_back(sample.label);
      });
      labels.resize(static_cast<std::size_t>(rows), kNoLabel);
    });
    return labels;
  };
  const Selection selection = select({files->rows(), paths.front(), first_labels});
  comm.agree([&] {
    const Stopwatch watch;
    const std::int64_t rows = selection.range().last;
    const std::int64_t first = rows * comm.rank() / comm.size();
    const std::int64_t last = rows * (comm.rank() + 1) / comm.size();
    files->read(first, last, skip, loaded.rows_skipped, [&](std::int64_t row, const SampleView& sample) {
      const Set set = selection.set_of(row, 0);
      if (std::find(wanted.begin(), wanted.end(), set) != wanted.end()) loaded[set].samples.append(sample);
    });
    loaded.rows_read += last - first;
    loaded.read_seconds += watch.seconds();
  });
}

LoadedSamples finished(LoadedSamples loaded, const Communicator& comm) {
  loaded.rows_read = comm.sum(loaded.rows_read);
  loaded.rows_skipped = comm.sum(loaded.rows_skipped);
  for (SampleSet& set : loaded.sets) set.count(comm);
  return loaded;
}

}  // namespace

void complete_arrays(Config& config, const Communicator& comm) {
  ArraysConfig& arrays = config.data.arrays;
  if (!arrays.used() || !arrays.shape.empty()) return;
  std::vector<std::int64_t> found;  // targets, then the shape
  comm.agree([&] {
    if (!comm.is_root()) return;
    const DataConfig& data = config.data;
    if (data.files.empty() && data.train_files.empty())
      throw UsageError(
          "data.arrays.shape: is not given, and no file names it; give [features] or [channels, rows, "
          "columns], or data.files");
    const std::string& path = data.files.empty() ? data.train_files.at(0) : data.files[0];
    const hdf5::Handle file = hdf5::open_file(path);
    const hdf5::Dataset features = open_array(file, path, "features", arrays.features);
    const hdf5::Dataset labels = open_array(file, path, "labels", arrays.labels);
    const std::vector<std::int64_t>& sizes = features.shape();
    if (sizes.size() != 2 && sizes.size() != 4) {
      throw DataError(
          fmt::format("{}: {} has shape ({}): (rows, features) or (rows, channels, rows, columns) is "
                      "expected",
                      path, arrays.features, fmt::join(sizes, ", ")));
    }
    const std::int64_t columns = labels.shape().size() == 2 ? labels.shape()[1] : 1;
    found = sizes;
    found[0] = labels.elements() == hdf5::Elements::reals ? columns : 0;
  });
  comm.broadcast(found);
  arrays.targets = found[0];
  arrays.shape.assign(found.begin() + 1, found.end());
}

LoadedSamples load_arrays(const Config& config, const std::vector<Set>& wanted, const Communicator& comm) {
  const DataConfig& data = config.data;
  LoadedSamples loaded;
  if (data.split.method != SplitMethod::files) {
    add_to(
        loaded, data.files, config,
        [&](const RowLabels& rows) { return Selection::from_config(config, rows); }, wanted, comm);
    return finished(std::move(loaded), comm);
  }
  for (const Set set : wanted) {
    add_to(
        loaded, data.files_of(set), config,
        [&](const RowLabels& rows) { return Selection::limited(data.limit, set, rows); }, {set}, comm);
  }
  return finished(std::move(loaded), comm);
}

LoadedSamples load_arrays(const Config& config, const std::vector<std::string>& files, Set set,
                          const Communicator& comm) {
  LoadedSamples loaded;
  add_to(
      loaded, files, config, [&](const RowLabels& rows) { return Selection::everything(rows.rows, set); },
      {set}, comm);
  return finished(std::move(loaded), comm);
}

}  // namespace jetrain

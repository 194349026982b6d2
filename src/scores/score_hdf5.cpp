#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/input_file.hpp"
#include "io/dataset.hpp"
#include "jetrain/error.hpp"
#include "scores/score_columns.hpp"

namespace jetrain {
namespace {

/// The names of what the file's root holds, for messages.
std::vector<std::string> root_names(hid_t file) {
  std::vector<std::string> names;
  H5G_info_t info{};
  hdf5::check(H5Gget_info(file, &info), "listing a file");
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto name = [&](char* text, std::size_t size) {
      return H5Lget_name_by_idx(file, "/", H5_INDEX_NAME, H5_ITER_INC, i, text, size, H5P_DEFAULT);
    };
    std::string text(static_cast<std::size_t>(hdf5::check(name(nullptr, 0), "listing a file")) + 1, '\0');
    name(text.data(), text.size());
    text.pop_back();
    names.push_back(text);
  }
  return names;
}

/// A dataset (N), (N, 1) or (N, 2): its last column, as numbers of T.
template <class T>
std::vector<T> read_column(hid_t file, const std::string& name) {
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, name);
  // h5py stores booleans as an enumeration.
  const hdf5::Elements kind = dataset.elements();
  if (kind != hdf5::Elements::integers && kind != hdf5::Elements::reals &&
      kind != hdf5::Elements::enumeration)
    throw DataError(fmt::format("{} does not hold plain numbers", dataset.name()));
  const std::vector<std::int64_t>& shape = dataset.shape();
  if (shape.empty() || shape.size() > 2 || dataset.row_size() < 1 || dataset.row_size() > 2) {
    throw DataError(fmt::format("{} has the shape ({}), not (N), (N, 1) or (N, 2)", dataset.name(),
                                fmt::join(shape, ", ")));
  }
  constexpr std::int64_t kStrongestCompression = 4096;
  dataset.require_possible(kStrongestCompression);
  return dataset.read_column<T>(dataset.row_size() - 1);
}

/// Whether the file has a `row` that can be the rows' numbers.
bool counts_rows(hid_t file, std::int64_t rows) {
  if (!hdf5::exists(file, "row")) return false;
  try {
    const hdf5::Dataset dataset = hdf5::Dataset::open(file, "row");
    return dataset.elements() == hdf5::Elements::integers && dataset.shape() == std::vector{rows};
  } catch (const ReadError&) {
    throw;
  } catch (const DataError&) {
    return false;  // a group of that name
  }
}

}  // namespace

ScoreColumns read_score_hdf5(const std::string& path, const ScoreNames& names) {
  const hdf5::Handle file = hdf5::open_file(path);
  for (const std::string& name : {names.score, names.label}) {
    if (!hdf5::exists(file, name)) {
      throw DataError(
          fmt::format("{} has no dataset {}: say where things are with --score and --label (it has: {})",
                      path, name, fmt::join(root_names(file), ", ")));
    }
  }
  ScoreColumns columns;
  columns.scores = read_column<double>(file, names.score);
  columns.labels = read_column<double>(file, names.label);
  if (counts_rows(file, std::ssize(columns.scores))) columns.rows = read_column<std::int64_t>(file, "row");
  return columns;
}

}  // namespace jetrain

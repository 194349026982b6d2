#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/hdf5.hpp"
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

/// A damaged length must not become a request for all memory; no compression makes less of numbers than this.
void require_possible(hid_t file, std::int64_t rows, const std::string& where) {
  constexpr std::int64_t kRowsInAByte = 4096;
  hsize_t bytes = 0;
  hdf5::check(H5Fget_filesize(file, &bytes), "asking for the size of the file of " + where);
  if (rows / kRowsInAByte > static_cast<std::int64_t>(bytes))
    throw DataError(fmt::format("{} is larger than its file can hold: the file is damaged", where));
}

/// A dataset (N), (N, 1) or (N, 2): its last column, as numbers of T.
template <class T>
std::vector<T> read_column(hid_t file, const std::string& path, const std::string& name, hid_t memory_type) {
  const std::string where = path + ":" + name;
  const hdf5::Handle dataset = hdf5::open_dataset(file, name);
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type);
  const std::vector<std::int64_t> shape = hdf5::dimensions(dataset);
  // h5py stores booleans as an enumeration.
  if (kind != H5T_INTEGER && kind != H5T_FLOAT && kind != H5T_ENUM)
    throw DataError(fmt::format("{} does not hold plain numbers", where));
  if (shape.empty() || shape.size() > 2 || (shape.size() == 2 && (shape[1] < 1 || shape[1] > 2))) {
    throw DataError(
        fmt::format("{} has the shape ({}), not (N), (N, 1) or (N, 2)", where, fmt::join(shape, ", ")));
  }
  require_possible(file, shape[0], where);
  std::vector<T> values(static_cast<std::size_t>(shape[0]));
  if (values.empty()) return values;
  const hdf5::Handle space(H5Dget_space(dataset), H5Sclose);
  const hsize_t count[] = {static_cast<hsize_t>(shape[0]), 1};
  if (shape.size() == 2) {
    const hsize_t start[] = {0, static_cast<hsize_t>(shape[1] - 1)};
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr);
  }
  const hdf5::Handle memory(H5Screate_simple(1, count, nullptr), H5Sclose);
  hdf5::check(H5Dread(dataset, memory_type, memory, space, H5P_DEFAULT, values.data()), "reading " + where);
  return values;
}

/// Whether the file has a `row` that can be the rows' numbers.
bool counts_rows(hid_t file, std::int64_t rows) {
  if (!hdf5::exists(file, "row")) return false;
  const hdf5::Handle dataset(H5Dopen2(file, "row", H5P_DEFAULT), H5Dclose);
  if (dataset < 0) return false;
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  return H5Tget_class(type) == H5T_INTEGER && hdf5::dimensions(dataset) == std::vector{rows};
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
  columns.scores = read_column<double>(file, path, names.score, H5T_NATIVE_DOUBLE);
  columns.labels = read_column<double>(file, path, names.label, H5T_NATIVE_DOUBLE);
  if (counts_rows(file, std::ssize(columns.scores)))
    columns.rows = read_column<std::int64_t>(file, path, "row", H5T_NATIVE_INT64);
  return columns;
}

}  // namespace jetrain

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "core/input_file.hpp"
#include "io/attributes.hpp"
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

hdf5::Dataset open_numbers(hid_t file, const std::string& name) {
  hdf5::Dataset dataset = hdf5::Dataset::open(file, name);
  // h5py stores booleans as an enumeration.
  const hdf5::Elements kind = dataset.elements();
  if (kind != hdf5::Elements::integers && kind != hdf5::Elements::reals &&
      kind != hdf5::Elements::enumeration)
    throw DataError(fmt::format("{} does not hold plain numbers", dataset.name()));
  require_score_shape(dataset.name(), dataset.shape());
  constexpr std::int64_t kStrongestCompression = 4096;
  dataset.require_possible(kStrongestCompression);
  return dataset;
}

NumberTable read_table(hid_t file, const std::string& name) {
  const hdf5::Dataset dataset = open_numbers(file, name);
  return {dataset.read_rows<double>(0, dataset.rows()), static_cast<std::size_t>(dataset.row_size())};
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

constexpr const char* kOutputs = "outputs";

/// The datasets of scores. Predictions of more than two classes, as jetrain writes them, have `outputs`.
std::vector<std::string> score_names(hid_t file, const ScoreNames& names) {
  if (hdf5::exists(file, names.score)) {
    const bool several = names.score == ScoreNames::kScore && hdf5::exists(file, kOutputs) &&
                         hdf5::Dataset::open(file, kOutputs).row_size() > 2;
    return {several ? kOutputs : names.score};
  }
  return listed(names.score);
}

/// The names of classes that jetrain puts beside its outputs.
std::vector<std::string> classes_of(hid_t file, const std::string& name) {
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, name);
  std::vector<std::string> classes;
  if (!hdf5::has_attribute(dataset.id(), "classes")) return classes;
  std::istringstream lines(hdf5::text_attribute(dataset.id(), "classes"));
  for (std::string line; std::getline(lines, line);) classes.push_back(line);
  return classes;
}

void require_there(hid_t file, const std::string& path, const std::string& name, const ScoreNames& names) {
  if (hdf5::exists(file, name)) return;
  const bool unlabelled = name == names.label && hdf5::exists(file, names.score);
  throw DataError(
      fmt::format("{} has no dataset {}: {} (it has: {}){}", path, name,
                  naming_advice(names, name == names.weight ? "--weight" : "--score and --label"),
                  fmt::join(root_names(file), ", "),
                  unlabelled ? "; predictions of jets without labels have none, and no figures" : ""));
}

}  // namespace

ScoreColumns read_score_hdf5(const std::string& path, const ScoreNames& names) {
  const hdf5::Handle file = hdf5::open_file(path);
  ScoreColumns columns;
  const std::vector<std::string> scores = score_names(file, names);
  for (const std::string& name : scores) require_there(file, path, name, names);
  require_there(file, path, names.label, names);
  std::vector<NumberTable> tables;
  for (const std::string& name : scores) tables.push_back(read_table(file, name));
  columns.scores = side_by_side(path, tables);
  columns.classes = scores.size() > 1 ? scores : classes_of(file, scores.front());
  if (scores.front() != names.score && scores.front() == kOutputs)
    columns.of_signal = read_table(file, names.score).values;
  columns.labels = read_table(file, names.label);
  if (!names.weight.empty()) {
    require_there(file, path, names.weight, names);
    columns.weights = read_table(file, names.weight).values;
  }
  const auto rows = static_cast<std::int64_t>(columns.scores.rows());
  if (counts_rows(file, rows))
    columns.rows = hdf5::Dataset::open(file, "row").read_rows<std::int64_t>(0, rows);
  return columns;
}

}  // namespace jetrain

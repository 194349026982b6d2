#include "layouts/file_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "config/nearest_name.hpp"
#include "core/input_file.hpp"
#include "io/hdf5.hpp"
#include "io/npy_header.hpp"
#include "io/reading_driver.hpp"
#include "jetrain/error.hpp"
#include "layouts/hdf5_contents.hpp"
#include "layouts/names.hpp"
#include "layouts/number_view.hpp"
#include "layouts/numpy_file.hpp"
#include "layouts/pandas_table.hpp"
#include "layouts/table.hpp"

namespace jetrain {
namespace {

using hdf5::Handle;

/// Whether a file is NumPy's, by its first bytes. Rank 0 looks. Collective.
bool is_numpys(const std::string& path, const Communicator& comm) {
  bool numpys = false;
  comm.agree([&] {
    if (!comm.is_root()) return;
    const InputFile file(path);
    std::string magic(static_cast<std::size_t>(std::min<std::int64_t>(kNpyMagic.size(), file.size())), '\0');
    file.read(0, std::as_writable_bytes(std::span(magic)));
    numpys = magic == kNpyMagic || magic.starts_with("PK\x03\x04") || magic.starts_with("PK\x05\x06");
  });
  comm.broadcast(std::span(&numpys, 1));
  return numpys;
}

std::string without_slashes(const std::string& path) {
  const std::size_t first = path.find_first_not_of('/');
  if (first == std::string::npos) return "";
  return path.substr(first, path.find_last_not_of('/') + 1 - first);
}

/// "name[2]" as name and 2; no index where there is none.
std::pair<std::string, std::optional<std::int64_t>> split_index(const std::string& reference) {
  const std::size_t bracket = reference.rfind('[');
  if (bracket == std::string::npos || !reference.ends_with(']')) return {reference, std::nullopt};
  const std::string digits = reference.substr(bracket + 1, reference.size() - bracket - 2);
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
    return {reference, std::nullopt};
  return {reference.substr(0, bracket), std::stoll(digits)};
}

/// What attributes have to complain of does not say in which file.
template <class Work>
void naming(const std::string& path, const Work& work) {
  try {
    work();
  } catch (const ReadError&) {
    throw;
  } catch (const DataError& error) {
    const std::string what = error.what();
    throw DataError(what.find(path) == std::string::npos ? path + ": " + what : what);
  }
}

}  // namespace

struct FileColumns::State {
  std::string path;
  std::string wanted_table;  ///< without slashes; empty: none is named
  Handle file;               ///< of HDF5
  std::optional<NumpyFile> numpy;

  std::vector<std::unique_ptr<StoredArray>> arrays;
  std::map<std::string, std::size_t> numbers;  ///< by path, without slashes
  std::optional<Hdf5Contents> listed;
  std::map<std::string, Table> read_tables;  ///< by path
  std::vector<std::string> chosen_columns;
  std::string chosen_table;

  const Hdf5Contents& contents() {
    if (numpy) return listed ? *listed : listed.emplace(Hdf5Contents{numpy->names(), {}, {}, {}, true});
    if (!listed) naming(path, [&] { listed = contents_of(file); });
    return *listed;
  }
  bool has_dataset(const std::string& name) {
    if (!numpy) return numbers.count(name) > 0 || is_dataset(file, name);
    return std::count(numpy->names().begin(), numpy->names().end(), name) > 0;
  }
  std::size_t number_of(const std::string& name) {
    const auto known = numbers.find(name);
    if (known != numbers.end()) return known->second;
    arrays.push_back(numpy ? numpy->open(name) : open_dataset(file, name));
    return numbers[name] = arrays.size() - 1;
  }
  const StoredArray& array_of(const std::string& name) { return *arrays[number_of(name)]; }

  std::vector<std::string> table_paths();
  const Table& table_at(const std::string& table_path);
  /// The one that is named, or the only one; nullptr where there is none, or there are several.
  const Table* only_table();
  const Table& named_table();

  struct ColumnPlace {
    const Table* table;
    const TableColumn* column;
  };
  std::vector<ColumnPlace> columns_called(const std::string& name);
  Found found(const ColumnPlace& place);

  std::optional<Found> exactly(const std::string& name);
  std::optional<Found> member(const std::string& name);
  std::optional<Found> numbered(const std::string& pattern);
  std::optional<Found> found(const std::string& reference);
  std::vector<std::string> column_names();
  void add_members(const std::string& dataset, std::vector<std::string>& names);
  std::vector<std::string> all_names();
  [[noreturn]] void refuse_several(const std::string& what);
};

std::vector<std::string> FileColumns::State::table_paths() {
  std::vector<std::string> paths = contents().frames;
  const std::vector<std::string>& compounds = contents().compounds;
  paths.insert(paths.end(), compounds.begin(), compounds.end());
  return paths;
}

const Table& FileColumns::State::table_at(const std::string& table_path) {
  const auto known = read_tables.find(table_path);
  if (known != read_tables.end()) return known->second;
  const std::vector<std::string>& frames = contents().frames;
  Table table;
  if (std::find(frames.begin(), frames.end(), table_path) != frames.end()) {
    const auto open = [this](const std::string& name) -> const StoredArray& { return array_of(name); };
    naming(path, [&] { table = pandas_table(file, table_path, open); });
  } else {
    table.name = "/" + table_path;
    for (const StoredType::Member& member : array_of(table_path).type().members)
      table.columns.push_back({member.name, table_path, member.type, member.offset, ""});
  }
  return read_tables.emplace(table_path, std::move(table)).first->second;
}

const Table* FileColumns::State::only_table() {
  const std::vector<std::string> paths = table_paths();
  if (!wanted_table.empty()) return &named_table();
  // What pandas wrote is meant where another compound stands beside it only by chance.
  if (contents().frames.size() == 1) return &table_at(contents().frames[0]);
  return paths.size() == 1 ? &table_at(paths[0]) : nullptr;
}

const Table& FileColumns::State::named_table() {
  for (const std::string& candidate : table_paths()) {
    if (candidate == wanted_table || candidate + "/table" == wanted_table) return table_at(candidate);
  }
  throw DataError(fmt::format("{} has no table {} (data.table); its tables: {}", path, wanted_table,
                              in_few_words(table_paths())));
}

void FileColumns::State::refuse_several(const std::string& what) {
  throw DataError(fmt::format("{} has several tables ({}){}: name the one that is meant, data.table", path,
                              in_few_words(table_paths()), what));
}

/// Of the table that is meant, or of all where that is not clear.
std::vector<FileColumns::State::ColumnPlace> FileColumns::State::columns_called(const std::string& name) {
  std::vector<const Table*> tables;
  if (const Table* only = only_table()) {
    tables.push_back(only);
  } else {
    for (const std::string& candidate : table_paths()) tables.push_back(&table_at(candidate));
  }
  std::vector<ColumnPlace> places;
  for (const Table* table : tables) {
    for (const TableColumn& column : table->columns) {
      if (column.name == name) places.push_back({table, &column});
    }
  }
  return places;
}

Found FileColumns::State::found(const ColumnPlace& place) {
  const TableColumn& column = *place.column;
  const std::string name = fmt::format("{}, column {} of {}", path, column.name, place.table->name);
  if (!column.refusal.empty()) throw DataError(fmt::format("{} {}", name, column.refusal));
  const std::size_t number = number_of(column.dataset);
  return NumberView(*arrays[number], name, column.type, column.offset).found(number);
}

/// A dataset, or a column.
std::optional<Found> FileColumns::State::exactly(const std::string& name) {
  const bool dataset = has_dataset(name);
  const std::vector<ColumnPlace> places = columns_called(name);
  if (dataset && !places.empty())
    throw DataError(fmt::format("{}: {} is a dataset, and a column of {}, too: give one of them another name",
                                path, name, places[0].table->name));
  if (places.size() > 1 && places[0].table == places[1].table)
    throw DataError(fmt::format("{}: {} has two columns {}: give one of them another name", path,
                                places[0].table->name, name));
  if (!places.empty() && only_table() == nullptr)
    refuse_several(fmt::format(", and {} is a column of {}", name, places[0].table->name));
  if (!places.empty()) return found(places[0]);
  if (!dataset) return std::nullopt;
  const std::size_t number = number_of(name);
  return NumberView(*arrays[number], arrays[number]->name()).found(number);
}

/// "dataset.member" or "table.column": names may themselves have dots.
std::optional<Found> FileColumns::State::member(const std::string& name) {
  for (std::size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0;
       dot = name.rfind('.', dot - 1)) {
    const std::string before = without_slashes(name.substr(0, dot));
    const std::string behind = name.substr(dot + 1);
    if (has_dataset(before)) {
      const std::size_t number = number_of(before);
      const NumberView whole(*arrays[number], arrays[number]->name());
      if (const std::optional<NumberView> part = whole.member(behind)) return part->found(number);
    }
    const std::vector<std::string>& frames = contents().frames;
    if (std::find(frames.begin(), frames.end(), before) == frames.end()) continue;
    const Table& table = table_at(before);
    for (const TableColumn& column : table.columns) {
      if (column.name == behind) return found(ColumnPlace{&table, &column});
    }
  }
  return std::nullopt;
}

std::optional<Found> FileColumns::State::numbered(const std::string& pattern) {
  std::vector<std::string> candidates = column_names();
  const std::vector<std::string>& datasets = contents().datasets;
  candidates.insert(candidates.end(), datasets.begin(), datasets.end());
  const std::size_t dot = pattern.find('.');
  if (dot != std::string::npos) add_members(pattern.substr(0, dot), candidates);
  const std::vector<std::string> names = numbered_names(pattern, candidates, path);
  if (names.empty()) return std::nullopt;
  std::vector<Found> parts;
  for (const std::string& name : names) {
    std::optional<Found> part = exactly(name);
    if (!part) part = member(name);
    parts.push_back(std::move(part.value()));
  }
  return side_by_side(parts, fmt::format("{}, columns {}", path, pattern));
}

std::optional<Found> FileColumns::State::found(const std::string& reference) {
  const std::string name = without_slashes(reference);
  if (std::optional<Found> whole = exactly(name)) return whole;
  if (std::optional<Found> part = member(name)) return part;
  if (std::count(name.begin(), name.end(), '*') == 1) return numbered(name);
  const auto [base, index] = split_index(name);
  if (!index) return std::nullopt;
  const std::optional<Found> whole = found(base);
  if (!whole) return std::nullopt;
  return at_last_index(*whole, *index);
}

std::vector<std::string> FileColumns::State::column_names() {
  std::vector<std::string> names;
  const Table* const only = only_table();
  for (const std::string& candidate : table_paths()) {
    const Table& table = table_at(candidate);
    if (only != nullptr && only != &table) continue;
    for (const TableColumn& column : table.columns) names.push_back(column.name);
  }
  return names;
}

void FileColumns::State::add_members(const std::string& dataset, std::vector<std::string>& names) {
  if (!has_dataset(dataset)) return;
  for (const StoredType::Member& part : array_of(dataset).type().members)
    names.push_back(dataset + "." + part.name);
}

/// Whatever a reference may name: for advice.
std::vector<std::string> FileColumns::State::all_names() {
  std::vector<std::string> names = column_names();
  for (const std::string& dataset : contents().datasets) names.push_back(dataset);
  for (const std::string& dataset : contents().wider_compounds) add_members(dataset, names);
  return names;
}

FileColumns::FileColumns(const std::string& path, const std::string& table, const Communicator& comm)
    : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->wanted_table = without_slashes(table);
  if (is_numpys(path, comm)) {
    state_->numpy.emplace(path, comm);
    comm.agree([&] {
      if (!state_->wanted_table.empty())
        throw DataError(fmt::format("{} is of NumPy's and has no tables: leave data.table away", path));
    });
    return;
  }
  state_->file = hdf5::open_file(path, comm);
  together(comm, [&] {
    if (!state_->wanted_table.empty()) state_->named_table();
  });
}

FileColumns::~FileColumns() = default;
FileColumns::FileColumns(FileColumns&&) noexcept = default;
FileColumns& FileColumns::operator=(FileColumns&&) noexcept = default;

struct FileColumns::Sharing::State {
  std::optional<hdf5::SharedReads> reads;
};

FileColumns::Sharing::Sharing(FileColumns& file, const Communicator& comm)
    : state_(std::make_unique<State>()) {
  if (!file.state_->numpy) state_->reads.emplace(file.state_->file, comm);
}

FileColumns::Sharing::~Sharing() = default;

const std::string& FileColumns::path() const noexcept {
  return state_->path;
}

std::optional<Found> FileColumns::try_find(const std::string& reference) {
  return state_->found(reference);
}

Found FileColumns::find(const std::string& reference) {
  if (std::optional<Found> found = try_find(reference)) return std::move(*found);
  const std::vector<std::string> names = state_->all_names();
  const std::string near = nearest_name(split_index(reference).first, names);
  throw DataError(fmt::format("{} has no column or dataset {}{}; it has: {}", state_->path, reference,
                              near.empty() ? "" : fmt::format(" (did you mean {}?)", near),
                              in_few_words(names)));
}

const std::vector<std::string>& FileColumns::columns() {
  std::vector<std::string>& names = state_->chosen_columns;
  if (!names.empty() || table().empty()) return names;
  for (const TableColumn& column : state_->only_table()->columns) names.push_back(column.name);
  return names;
}

const std::string& FileColumns::table() {
  const Table* const only = state_->only_table();
  if (only == nullptr && !state_->table_paths().empty()) state_->refuse_several("");
  return state_->chosen_table = only == nullptr ? "" : only->name;
}

std::vector<std::string> FileColumns::tables() {
  std::vector<std::string> names = state_->table_paths();
  for (std::string& name : names) name.insert(name.begin(), '/');
  return names;
}

std::vector<ArrayFacts> FileColumns::datasets() {
  constexpr std::size_t kMost = 1000;
  std::vector<ArrayFacts> all;
  for (const std::string& name : state_->contents().datasets) {
    if (all.size() == kMost) break;
    all.push_back(facts(state_->number_of(name)));
  }
  return all;
}

std::size_t FileColumns::arrays() const noexcept {
  return state_->arrays.size();
}

const StoredArray& FileColumns::array(std::size_t number) const {
  return *state_->arrays.at(number);
}

ArrayFacts FileColumns::facts(std::size_t number) const {
  ArrayFacts facts = array(number).facts();
  for (const auto& [name, known] : state_->numbers) {
    if (known == number) facts.name = name;
  }
  return facts;
}

}  // namespace jetrain

#include "layouts/file_columns.hpp"

#include <optional>
#include <utility>

#include "io/reading_driver.hpp"
#include "layouts/named_arrays.hpp"
#include "layouts/references.hpp"
#include "layouts/stored_array.hpp"
#include "layouts/tables.hpp"

namespace jetrain {

struct FileColumns::State {
  State(const std::string& path, const std::string& table, const Communicator& comm)
      : arrays(path, comm), tables(arrays, without_slashes(table)), references(arrays, tables) {}

  NamedArrays arrays;
  Tables tables;
  References references;
  std::vector<std::string> columns;  ///< of the table that is meant, when they were asked for
  std::string table_name;
};

FileColumns::FileColumns(const std::string& path, const std::string& table, const Communicator& comm)
    : state_(std::make_unique<State>(path, table, comm)) {
  together(comm, [&] { state_->tables.require_wanted(); });
}

FileColumns::~FileColumns() = default;
FileColumns::FileColumns(FileColumns&&) noexcept = default;
FileColumns& FileColumns::operator=(FileColumns&&) noexcept = default;

struct FileColumns::Sharing::State {
  std::optional<hdf5::SharedReads> reads;
};

FileColumns::Sharing::Sharing(FileColumns& file, const Communicator& comm)
    : state_(std::make_unique<State>()) {
  if (!file.state_->arrays.is_numpys()) state_->reads.emplace(file.state_->arrays.file(), comm);
}

FileColumns::Sharing::~Sharing() = default;

const std::string& FileColumns::path() const noexcept {
  return state_->arrays.path();
}

Found FileColumns::find(const std::string& reference) {
  return state_->references.require(reference);
}

std::optional<Found> FileColumns::try_find(const std::string& reference) {
  return state_->references.find(reference);
}

const std::vector<std::string>& FileColumns::columns() {
  if (state_->columns.empty() && !table().empty()) state_->columns = state_->tables.column_names();
  return state_->columns;
}

const std::string& FileColumns::table() {
  const FileTable* const only = state_->tables.only();
  if (only == nullptr && !state_->tables.paths().empty()) state_->tables.refuse_several("");
  return state_->table_name = only == nullptr ? "" : only->name;
}

std::string FileColumns::broken_link() {
  return state_->arrays.broken_link();
}

std::vector<std::string> FileColumns::doubts() const {
  return state_->tables.doubts();
}

std::vector<std::string> FileColumns::tables() {
  std::vector<std::string> names = state_->tables.paths();
  for (std::string& name : names) name.insert(name.begin(), '/');
  return names;
}

std::vector<ArrayFacts> FileColumns::datasets() {
  constexpr std::size_t kMost = 1000;
  std::vector<ArrayFacts> all;
  for (const std::string& name : state_->arrays.contents().datasets) {
    if (all.size() == kMost) break;
    all.push_back(facts(state_->arrays.number_of(name)));
  }
  return all;
}

std::size_t FileColumns::arrays() const noexcept {
  return state_->arrays.count();
}

const StoredArray& FileColumns::array(std::size_t number) const {
  return state_->arrays[number];
}

ArrayFacts FileColumns::facts(std::size_t number) const {
  ArrayFacts facts = array(number).facts();
  facts.name = state_->arrays.name_of(number);
  return facts;
}

}  // namespace jetrain

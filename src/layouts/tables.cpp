#include "layouts/tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jetrain/error.hpp"
#include "layouts/names.hpp"
#include "layouts/pandas_table.hpp"
#include "layouts/reference_columns.hpp"

namespace jetrain {

std::vector<std::string> Tables::paths() {
  std::vector<std::string> paths = arrays_->contents().frames;
  const std::vector<std::string>& compounds = arrays_->contents().compounds;
  paths.insert(paths.end(), compounds.begin(), compounds.end());
  return paths;
}

bool Tables::is_frame(const std::string& path) {
  const std::vector<std::string>& frames = arrays_->contents().frames;
  return std::find(frames.begin(), frames.end(), path) != frames.end();
}

const FileTable& Tables::at(const std::string& path) {
  const auto known = read_.find(path);
  if (known != read_.end()) return known->second;
  FileTable table;
  if (is_frame(path)) {
    const auto open = [this](const std::string& name) -> const StoredArray& { return arrays_->named(name); };
    naming_file(arrays_->path(), [&] { table = pandas_table(arrays_->file(), path, open); });
  } else if (auto reference = unnamed_reference_table(path, arrays_->named(path).type())) {
    table = std::move(*reference);
  } else {
    table.name = "/" + path;
    for (const StoredType::Member& member : arrays_->named(path).type().members)
      table.columns.push_back({member.name, path, member.type, member.offset, ""});
  }
  return read_.emplace(path, std::move(table)).first->second;
}

void Tables::require_wanted() {
  if (wanted_.empty()) return;
  if (arrays_->is_numpys())
    throw DataError(
        fmt::format("{} is of NumPy's and has no tables: leave data.table away", arrays_->path()));
  only();
}

const FileTable* Tables::only() {
  const std::vector<std::string> all = paths();
  if (!wanted_.empty()) {
    for (const std::string& path : all) {
      if (path == wanted_ || path + "/table" == wanted_) return &at(path);
    }
    throw DataError(fmt::format("{} has no table {} (data.table); its tables: {}", arrays_->path(), wanted_,
                                in_few_words(all)));
  }
  if (!all.empty()) arrays_->require_all_contents("name the table that is meant, data.table");
  // What pandas wrote is meant where another compound stands beside it only by chance.
  if (arrays_->contents().frames.size() == 1) return &at(all[0]);
  return all.size() == 1 ? &at(all[0]) : nullptr;
}

std::vector<std::string> Tables::doubts() const {
  std::vector<std::string> all;
  for (const auto& [path, table] : read_) {
    if (!table.doubt.empty()) all.push_back(arrays_->path() + ": " + table.doubt);
  }
  return all;
}

void Tables::refuse_several(const std::string& what) {
  throw DataError(fmt::format("{} has several tables ({}){}: name the one that is meant, data.table",
                              arrays_->path(), in_few_words(paths()), what));
}

std::vector<const FileTable*> Tables::meant() {
  if (const FileTable* const one = only()) return {one};
  std::vector<const FileTable*> all;
  for (const std::string& path : paths()) all.push_back(&at(path));
  return all;
}

std::vector<Tables::Column> Tables::columns_called(const std::string& name, const FileTable& table) {
  std::vector<Column> columns;
  for (const TableColumn& column : table.columns) {
    if (column.name == name) columns.push_back({&table, &column});
  }
  return columns;
}

std::vector<Tables::Column> Tables::columns_called(const std::string& name) {
  std::vector<Column> all;
  for (const FileTable* table : meant()) {
    const std::vector<Column> columns = columns_called(name, *table);
    all.insert(all.end(), columns.begin(), columns.end());
  }
  return all;
}

std::vector<std::string> Tables::column_names() {
  std::vector<std::string> names;
  for (const FileTable* table : meant()) {
    for (const TableColumn& column : table->columns) names.push_back(column.name);
  }
  return names;
}

}  // namespace jetrain

#pragma once

#include <map>
#include <string>
#include <vector>

#include "layouts/named_arrays.hpp"
#include "layouts/table.hpp"

namespace jetrain {

/// The tables of a file: what pandas wrote, and datasets of compounds. Each is looked at when it is asked for
/// first; all by paths without slashes at their ends.
class Tables {
 public:
  /// `wanted`: the one that is meant; empty: the only one.
  Tables(NamedArrays& arrays, std::string wanted) : arrays_(&arrays), wanted_(std::move(wanted)) {}

  /// DataError where the one that is meant is not there.
  void require_wanted();
  std::vector<std::string> paths();
  const FileTable& at(const std::string& path);
  /// The one that is meant; nullptr where there is none, or there are several.
  const FileTable* only();
  /// Whether pandas wrote it.
  bool is_frame(const std::string& path);

  struct Column {
    const FileTable* table;
    const TableColumn* column;
  };
  static std::vector<Column> columns_called(const std::string& name, const FileTable& table);
  /// Of the table that is meant, or of all where that is not clear.
  std::vector<Column> columns_called(const std::string& name);
  /// All names of columns, likewise.
  std::vector<std::string> column_names();
  /// What is to be said of how the tables are read that were looked at.
  std::vector<std::string> doubts() const;
  /// DataError: which table is meant is to be said; `what` is why that matters.
  [[noreturn]] void refuse_several(const std::string& what);

 private:
  std::vector<const FileTable*> meant();

  NamedArrays* arrays_;
  std::string wanted_;
  std::map<std::string, FileTable> read_;
};

}  // namespace jetrain

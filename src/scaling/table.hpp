#pragma once

/// \file
/// Tables that are printed and stand in a page, too; rows of numbers for other programs.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace jetrain {

/// Cells are plain text.
struct Table {
  struct Column {
    std::string title;
    std::size_t width = 0;  ///< in letters, where it is printed
    bool left = false;      ///< words; else numbers, to the right
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};

/// A line for the headlines and one for each row.
std::string to_text(const Table& table);
/// Rows are named by their first cells; none of the others is broken in two lines.
std::string to_html(const Table& table, const std::string& caption);

/// Objects with the same keys: a line with these, and one for each object.
std::string to_csv(const std::vector<nlohmann::ordered_json>& rows);

}  // namespace jetrain

#include "scaling/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pictures/html.hpp"

namespace jetrain {

std::string to_text(const Table& table) {
  std::string text;
  const auto add = [&](std::size_t c, const std::string& cell) {
    const Table::Column& column = table.columns[c];
    if (column.left)
      text += fmt::format("{}{:<{}}", c > 0 ? "  " : "", cell, column.width);
    else
      text += fmt::format("{:>{}}", cell, column.width);
  };
  for (std::size_t c = 0; c < table.columns.size(); ++c) add(c, table.columns[c].title);
  text += "\n";
  for (const std::vector<std::string>& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) add(c, row[c]);
    text += "\n";
  }
  return text;
}

std::string to_html(const Table& table, const std::string& caption) {
  std::vector<std::string> columns;
  for (const Table::Column& column : table.columns) columns.push_back(html_escaped(column.title));
  HtmlTable html(html_escaped(caption), columns);
  for (const std::vector<std::string>& row : table.rows) {
    std::vector<std::string> cells;
    for (std::size_t c = 1; c < row.size(); ++c) cells.push_back("<span>" + html_escaped(row[c]) + "</span>");
    html.row(html_escaped(row.front()), cells);
  }
  return html.html();
}

std::string to_csv(const std::vector<nlohmann::ordered_json>& rows) {
  std::string text;
  for (const nlohmann::ordered_json& row : rows) {
    std::vector<std::string> keys;
    std::vector<std::string> values;
    for (const auto& [key, value] : row.items()) {
      keys.push_back(key);
      values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    }
    if (text.empty()) text = fmt::format("{}\n", fmt::join(keys, ","));
    text += fmt::format("{}\n", fmt::join(values, ","));
  }
  return text;
}

}  // namespace jetrain

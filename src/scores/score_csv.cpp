#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/input_file.hpp"
#include "jetrain/error.hpp"
#include "scores/score_columns.hpp"

namespace jetrain {
namespace {

using Fields = std::vector<std::string_view>;

/// Without the spaces and the quotation marks around it.
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

std::optional<double> number(std::string_view text) {
  if (text == "True" || text == "true") return 1.0;
  if (text == "False" || text == "false") return 0.0;
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  // Too large becomes infinite, too small becomes 0 or nearly so.
  if (error == std::errc::result_out_of_range) return std::strtod(std::string(text).c_str(), nullptr);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

/// Takes the next line off `text`, without its end (also CR LF).
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

/// What stands between the fields: the first of these that the line has, else spaces.
char separator_of(std::string_view line) {
  for (const char separator : {',', ';', '\t'}) {
    if (line.find(separator) != std::string_view::npos) return separator;
  }
  return ' ';
}

void split(std::string_view line, char separator, Fields& fields) {
  fields.clear();
  while (true) {
    if (separator == ' ') line = trimmed(line);
    const std::size_t end = line.find(separator);
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

/// The column of that name, or number from 1.
std::optional<std::size_t> find_column(const Fields& header, const std::string& name) {
  const auto named = std::find(header.begin(), header.end(), std::string_view(name));
  if (named != header.end()) return static_cast<std::size_t>(named - header.begin());
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), position);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  return whole && position >= 1 && position <= header.size() ? std::optional(position - 1) : std::nullopt;
}

/// Where the columns are, by the first line.
struct Layout {
  Layout(const std::string& path, std::string_view line, const ScoreNames& names)
      : separator(separator_of(line)) {
    if (line.starts_with('#')) line = trimmed(line.substr(1));
    split(line, separator, header);
    has_header =
        !std::all_of(header.begin(), header.end(), [](auto text) { return number(text).has_value(); });
    const auto require = [&](const std::string& name) {
      const auto column = find_column(has_header ? header : Fields(header.size()), name);
      if (column) return *column;
      const std::string found = has_header
                                    ? fmt::format("it has: {}", fmt::join(header, ", "))
                                    : fmt::format("it has no line of names, and {} columns", header.size());
      throw DataError(
          fmt::format("{} has no column {}: say with --score and --label which they are, by name, or "
                      "by number from 1 ({})",
                      path, name, found));
    };
    score = require(names.score);
    label = require(names.label);
    if (has_header) row = find_column(header, "row");
  }

  char separator;
  Fields header;
  bool has_header = false;
  std::size_t score = 0;
  std::size_t label = 0;
  std::optional<std::size_t> row;
};

}  // namespace

ScoreColumns read_score_csv(const std::string& path, const ScoreNames& names) {
  const std::string content = read_whole(path);
  std::string_view text = content;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark, as spreadsheets write it

  ScoreColumns columns;
  std::optional<Layout> layout;
  Fields fields;
  const auto read = [&](std::size_t column, std::int64_t line) {
    if (column >= fields.size())
      throw DataError(fmt::format("{}, line {}: {} columns, where the first line has {}", path, line,
                                  fields.size(), layout->header.size()));
    const auto value = number(fields[column]);
    if (!value)
      throw DataError(fmt::format("{}, line {}: \"{}\" is not a number", path, line, fields[column]));
    return *value;
  };
  for (std::int64_t line_number = 1; !text.empty(); ++line_number) {
    const std::string_view line = next_line(text);
    if (trimmed(line).empty()) continue;
    if (!layout) {
      layout.emplace(path, line, names);
      if (layout->has_header) continue;
    }
    if (line.front() == '#') continue;
    split(line, layout->separator, fields);
    columns.scores.push_back(read(layout->score, line_number));
    columns.labels.push_back(read(layout->label, line_number));
    columns.lines.push_back(line_number);
    if (!layout->row) continue;
    const auto row = *layout->row < fields.size() ? number(fields[*layout->row]) : std::nullopt;
    if (row && std::abs(*row) < 0x1p53) {
      columns.rows.push_back(std::llround(*row));
    } else {  // the column is called so, but counts no rows
      columns.rows.clear();
      layout->row.reset();
    }
  }
  return columns;
}

}  // namespace jetrain

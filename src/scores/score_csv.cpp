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

/// Where a field ends: at the separator, but not at one in quotation marks (RFC 4180; two of these in a row
/// stand for one in the field).
std::size_t end_of_field(std::string_view line, char separator) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || line[first] != '"') return line.find(separator);
  bool quoted = true;
  for (std::size_t i = first + 1; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == separator && !quoted) return i;
  }
  return std::string_view::npos;
}

void split(std::string_view line, char separator, Fields& fields) {
  fields.clear();
  while (true) {
    if (separator == ' ') line = trimmed(line);
    const std::size_t end = end_of_field(line, separator);
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

/// A field's text, with two quotation marks in a row as one.
std::string unquoted(std::string_view field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    text += field[i];
    if (field[i] == '"' && i + 1 < field.size() && field[i + 1] == '"') ++i;
  }
  return text;
}

/// The column of that name, or number from 1.
std::optional<std::size_t> find_column(const std::vector<std::string>& header, const std::string& name) {
  const auto named = std::find(header.begin(), header.end(), name);
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
    Fields fields;
    split(line, separator, fields);
    for (const std::string_view field : fields) header.push_back(unquoted(field));
    has_header = !std::all_of(header.begin(), header.end(),
                              [](const std::string& text) { return number(text).has_value(); });
    const auto require = [&](const std::string& name) {
      const auto column = find_column(names_of_columns(), name);
      if (column) return *column;
      const std::string found = has_header
                                    ? fmt::format("it has: {}", fmt::join(header, ", "))
                                    : fmt::format("it has no line of names, and {} columns", header.size());
      throw DataError(fmt::format(
          "{} has no column {}: {} ({})", path, name,
          naming_advice(names, "--score, --label and --weight, by name, or by number from 1"), found));
    };
    for (const std::string& name : score_names(names)) scores.push_back(require(name));
    if (finds_outputs(names)) of_signal = find_column(header, names.score);
    label = require(names.label);
    if (!names.weight.empty()) weight = require(names.weight);
    if (has_header) row = find_column(header, "row");
    for (const std::size_t column : scores) {
      if (has_header && scores.size() > 1) classes.emplace_back(without_prefix(header[column]));
    }
  }

  /// Empty names where there is no line of them.
  std::vector<std::string> names_of_columns() const {
    return has_header ? header : std::vector<std::string>(header.size());
  }
  std::vector<std::string> outputs() const {
    std::vector<std::string> found;
    for (const std::string& name : header) {
      if (name.starts_with(kOutput)) found.push_back(name);
    }
    return found;
  }
  bool finds_outputs(const ScoreNames& names) const {
    return names.score == ScoreNames::kScore && outputs().size() > 2;
  }
  /// Columns of outputs, as jetrain writes them of more than two classes, come before that of the score.
  std::vector<std::string> score_names(const ScoreNames& names) const {
    if (finds_outputs(names)) return outputs();
    const bool one = find_column(names_of_columns(), names.score).has_value();
    return one ? std::vector{names.score} : listed(names.score);
  }
  static std::string_view without_prefix(std::string_view name) {
    return name.starts_with(kOutput) ? name.substr(kOutput.size()) : name;
  }

  static constexpr std::string_view kOutput = "output_";

  char separator;
  std::vector<std::string> header;
  bool has_header = false;
  std::vector<std::size_t> scores;
  std::optional<std::size_t> of_signal;
  std::size_t label = 0;
  std::optional<std::size_t> weight;
  std::vector<std::string> classes;
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
      columns.scores.columns = layout->scores.size();
      columns.classes = layout->classes;
      if (layout->has_header) continue;
    }
    if (line.front() == '#') continue;
    split(line, layout->separator, fields);
    for (const std::size_t column : layout->scores)
      columns.scores.values.push_back(read(column, line_number));
    if (layout->of_signal) columns.of_signal.push_back(read(*layout->of_signal, line_number));
    columns.labels.values.push_back(read(layout->label, line_number));
    if (layout->weight) columns.weights.push_back(read(*layout->weight, line_number));
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

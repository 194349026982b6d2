#pragma once

/// \file
/// Records (record.hpp) as lines of a CSV file, and back. A column is a field that is one number or one text;
/// lists and records within a record have none.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/printable_text.hpp"
#include "core/record.hpp"
#include "core/word.hpp"

namespace jetrain {

/// How NaN and infinity stand: as "nan" and "inf", which read back, or as nothing, for spreadsheets.
enum class NotFinite : std::uint8_t { word, empty };

/// In quotation marks where there is need (RFC 4180). Bytes that are no UTF-8, which readers of CSV refuse,
/// stand as escapes.
inline std::string csv_quoted(const std::string& text) {
  const std::string readable = utf8_text(text);
  if (readable.find_first_of(",\"\n\r") == std::string::npos) return readable;
  std::string result = "\"";
  for (const char c : readable) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

/// The cells of a line, without their quotation marks.
inline std::vector<std::string> csv_cells(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '"') {
      cells.back() += c;
    } else if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[++i];
    } else {
      quoted = !quoted;
    }
  }
  return cells;
}

namespace detail {

template <class T>
concept Cell = std::is_arithmetic_v<std::remove_const_t<T>> ||
    std::same_as<std::remove_const_t<T>, std::string> || Worded<std::remove_const_t<T>>;

template <Cell T>
std::string csv_cell(const T& value, const FieldTraits& traits, NotFinite not_finite) {
  if constexpr (std::is_same_v<T, std::string>) {
    return csv_quoted(value);
  } else if constexpr (Worded<T>) {
    return csv_quoted(word_of(value).text);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (not_finite == NotFinite::empty && !std::isfinite(value)) return "";
    return traits.digits < 0 ? fmt::format("{}", value) : fmt::format("{:.{}f}", value, traits.digits);
  } else {
    return fmt::format("{:d}", value);
  }
}

/// False where `cell` is not wholly such a value.
template <Cell T>
bool read_csv_cell(const std::string& cell, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = cell;
    return true;
  } else if constexpr (Worded<T>) {
    const std::optional<T> named = value_named<T>(cell);
    value = named.value_or(value);
    return named.has_value();
  } else if constexpr (std::is_same_v<T, bool>) {
    value = cell == "1";
    return cell == "1" || cell == "0";
  } else {
    const char* end = cell.data() + cell.size();
    const auto [stopped, error] = std::from_chars(cell.data(), end, value);
    return error == std::errc() && stopped == end;
  }
}

}  // namespace detail

/// The columns' names.
template <Record T>
std::vector<std::string> csv_columns(Place place = Place::table) {
  std::vector<std::string> names;
  const T record{};
  for_each_field(record, place, [&]<class V>(const std::string& name, const V&, const FieldTraits&) {
    if constexpr (detail::Cell<V>) names.push_back(name);
  });
  return names;
}

/// The first line; without its end, as csv_line.
template <Record T>
std::string csv_header(Place place = Place::table) {
  return fmt::format("{}", fmt::join(csv_columns<T>(place), ","));
}

template <Record T>
std::string csv_line(const T& record, NotFinite not_finite = NotFinite::word, Place place = Place::table) {
  std::vector<std::string> cells;
  for_each_field(record, place, [&]<class V>(const std::string&, const V& value, const FieldTraits& traits) {
    if constexpr (detail::Cell<V>) cells.push_back(detail::csv_cell(value, traits, not_finite));
  });
  return fmt::format("{}", fmt::join(cells, ","));
}

/// Reads lines by the names that the first line gives to the columns, whatever their order.
template <Record T>
class CsvReader {
 public:
  explicit CsvReader(std::string_view header, Place place = Place::table)
      : place_(place), columns_(csv_cells(header)) {}

  /// "" where the columns are the record's, but for those that a file may lack.
  std::string complaint() const {
    const std::vector<std::string> known = csv_columns<T>(place_);
    for (const std::string& column : columns_) {
      if (std::find(known.begin(), known.end(), column) == known.end())
        return fmt::format("the column \"{}\" is not known", column);
      if (std::count(columns_.begin(), columns_.end(), column) > 1)
        return fmt::format("there are two columns {}", column);
    }
    std::string missing;
    const T record{};
    for_each_field(record, place_,
                   [&]<class V>(const std::string& name, const V&, const FieldTraits& traits) {
                     if constexpr (detail::Cell<V>) {
                       if (missing.empty() && !traits.may_lack && column_of(name) == columns_.size())
                         missing = fmt::format("there is no column {}", name);
                     }
                   });
    return missing;
  }

  /// False where the line is not such a record's; `record` is then filled in part.
  bool parse(std::string_view line, T& record) const {
    const std::vector<std::string> cells = csv_cells(line);
    if (cells.size() != columns_.size()) return false;
    bool good = true;
    for_each_field(record, place_, [&]<class V>(const std::string& name, V& value, const FieldTraits&) {
      if constexpr (detail::Cell<V>) {
        const std::size_t column = column_of(name);
        if (column < cells.size()) good = detail::read_csv_cell(cells[column], value) && good;
      }
    });
    return good;
  }

 private:
  std::size_t column_of(const std::string& name) const {
    return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), name) - columns_.begin());
  }

  Place place_;
  std::vector<std::string> columns_;
};

}  // namespace jetrain

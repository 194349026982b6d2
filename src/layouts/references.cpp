#include "layouts/references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/nearest_name.hpp"
#include "jetrain/error.hpp"
#include "layouts/names.hpp"
#include "layouts/number_view.hpp"

namespace jetrain {
namespace {

/// "name[2]" as name and 2; no index where there is none.
std::pair<std::string, std::optional<std::int64_t>> split_index(const std::string& reference) {
  const std::size_t bracket = reference.rfind('[');
  if (bracket == std::string::npos || !reference.ends_with(']')) return {reference, std::nullopt};
  const std::string digits = reference.substr(bracket + 1, reference.size() - bracket - 2);
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
    return {reference, std::nullopt};
  return {reference.substr(0, bracket), std::stoll(digits)};
}

}  // namespace

std::string without_slashes(const std::string& path) {
  const std::size_t first = path.find_first_not_of('/');
  if (first == std::string::npos) return "";
  return path.substr(first, path.find_last_not_of('/') + 1 - first);
}

Found References::column(const Tables::Column& place) {
  const TableColumn& column = *place.column;
  const std::string name =
      fmt::format("{}, column {} of {}", arrays_->path(), column.name, place.table->name);
  if (!column.refusal.empty()) throw DataError(fmt::format("{} {}", name, column.refusal));
  const std::size_t number = arrays_->number_of(column.dataset);
  return NumberView((*arrays_)[number], name, column.type, column.offset).found(number);
}

/// Of the columns of one name in one table.
const Tables::Column& References::only_one(const std::vector<Tables::Column>& columns) const {
  const Tables::Column& first = columns.front();
  if (columns.size() == 1) return first;
  throw DataError(fmt::format("{}: {} has two columns {}: give one of them another name", arrays_->path(),
                              first.table->name, first.column->name));
}

/// A dataset, or a column.
std::optional<Found> References::exactly(const std::string& name) {
  const bool dataset = arrays_->has(name);
  const std::vector<Tables::Column> columns = tables_->columns_called(name);
  if (dataset && !columns.empty())
    throw DataError(fmt::format("{}: {} is a dataset, and a column of {}, too: give one of them another name",
                                arrays_->path(), name, columns[0].table->name));
  if (!columns.empty() && tables_->only() == nullptr)
    tables_->refuse_several(fmt::format(", and {} is a column of {}", name, columns[0].table->name));
  if (!columns.empty()) return column(only_one(columns));
  if (!dataset) return std::nullopt;
  const std::size_t number = arrays_->number_of(name);
  const StoredArray& array = (*arrays_)[number];
  return NumberView(array, array.name()).found(number);
}

/// "dataset.member" or "table.column": names may themselves have dots.
std::optional<Found> References::member(const std::string& name) {
  for (std::size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0;
       dot = name.rfind('.', dot - 1)) {
    const std::string before = without_slashes(name.substr(0, dot));
    const std::string behind = name.substr(dot + 1);
    if (arrays_->has(before)) {
      const std::size_t number = arrays_->number_of(before);
      const NumberView whole((*arrays_)[number], (*arrays_)[number].name());
      if (const std::optional<NumberView> part = whole.member(behind)) return part->found(number);
    }
    if (!tables_->is_frame(before)) continue;
    const std::vector<Tables::Column> columns = Tables::columns_called(behind, tables_->at(before));
    if (!columns.empty()) return column(only_one(columns));
  }
  return std::nullopt;
}

/// While it is not clear which table is meant, none may have columns of that name.
void References::require_no_columns(const std::string& pattern) {
  for (const std::string& path : tables_->paths()) {
    std::vector<std::string> names;
    for (const TableColumn& column : tables_->at(path).columns) names.push_back(column.name);
    if (!numbered_names(pattern, names, arrays_->path()).empty())
      tables_->refuse_several(fmt::format(", and {} are columns of /{}", pattern, path));
  }
}

std::optional<Found> References::numbered(const std::string& pattern) {
  if (tables_->only() == nullptr) require_no_columns(pattern);
  std::vector<std::string> candidates = tables_->column_names();
  const std::vector<std::string>& datasets = arrays_->contents().datasets;
  candidates.insert(candidates.end(), datasets.begin(), datasets.end());
  const std::size_t dot = pattern.find('.');
  if (dot != std::string::npos) add_members(pattern.substr(0, dot), candidates);
  const std::vector<std::string> names = numbered_names(pattern, candidates, arrays_->path());
  if (names.empty()) return std::nullopt;
  arrays_->require_all_contents(
      fmt::format("there may be more of {} than were found; write them as one array", pattern));
  std::vector<Found> parts;
  for (const std::string& name : names) {
    std::optional<Found> part = exactly(name);
    if (!part) part = member(name);
    parts.push_back(std::move(part.value()));
  }
  return side_by_side(parts, fmt::format("{}, columns {}", arrays_->path(), pattern));
}

std::optional<Found> References::find(const std::string& reference) {
  const std::string name = without_slashes(reference);
  if (std::optional<Found> whole = exactly(name)) return whole;
  if (std::optional<Found> part = member(name)) return part;
  if (std::count(name.begin(), name.end(), '*') == 1) return numbered(name);
  const auto [base, index] = split_index(name);
  if (!index) return std::nullopt;
  const std::optional<Found> whole = find(base);
  if (!whole) return std::nullopt;
  return at_last_index(*whole, *index);
}

Found References::require(const std::string& reference) {
  if (std::optional<Found> found = find(reference)) return std::move(*found);
  const std::vector<std::string> names = all_names();
  const std::string near = nearest_name(split_index(reference).first, names);
  const std::string broken = arrays_->broken_link();
  throw DataError(fmt::format("{} has no column or dataset {}{}; it has: {}{}", arrays_->path(), reference,
                              near.empty() ? "" : fmt::format(" (did you mean {}?)", near),
                              in_few_words(names), broken.empty() ? "" : "; " + broken));
}

void References::add_members(const std::string& dataset, std::vector<std::string>& names) {
  if (tables_->is_frame(dataset)) {
    for (const TableColumn& part : tables_->at(dataset).columns) names.push_back(dataset + "." + part.name);
  }
  if (!arrays_->has(dataset)) return;
  for (const StoredType::Member& part : arrays_->named(dataset).type().members)
    names.push_back(dataset + "." + part.name);
}

/// Whatever a reference may name: for advice.
std::vector<std::string> References::all_names() {
  std::vector<std::string> names = tables_->column_names();
  for (const std::string& dataset : arrays_->contents().datasets) names.push_back(dataset);
  for (const std::string& dataset : arrays_->contents().wider_compounds) add_members(dataset, names);
  return names;
}

}  // namespace jetrain

#include "layouts/jet_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace jetrain {

JetColumns::JetColumns(FileColumns& file, const JetMapping& mapping)
    : found_(find_columns(file, mapping)), momenta_(mapping) {}

std::span<const float> JetColumns::direct(const RawRows& rows, std::int64_t i) const {
  if (!found_.direct) return {};
  const std::byte* const at = rows.at(*found_.direct, i);
  if (reinterpret_cast<std::uintptr_t>(at) % alignof(float) != 0) return {};
  return {reinterpret_cast<const float*>(at), static_cast<std::size_t>(4 * found_.places)};
}

void JetColumns::read_column(const RawRows& rows, std::int64_t i, const Column& column, std::size_t count,
                             double* to) const {
  for (PlaceRun run : column) {
    run.count = std::min(run.count, count);
    read_run(rows.row(run.array, i), run, to);
    to += run.count;
    count -= run.count;
  }
}

std::span<const float> JetColumns::constituents(const RawRows& rows, std::int64_t i,
                                                std::vector<float>& room) const {
  if (const auto in_place = direct(rows, i); !in_place.empty()) return in_place;
  const auto places = static_cast<std::size_t>(found_.places);
  static thread_local std::vector<double> values;
  values.resize(found_.momenta.size() * places);
  std::array<const double*, 4> columns{};
  std::size_t used = places;
  for (std::size_t k = 0; k < found_.momenta.size(); ++k) {
    double* const to = values.data() + k * places;
    read_column(rows, i, found_.momenta[k], used, to);
    columns[k] = to;
    if (k == 0) used = static_cast<std::size_t>(momenta_.places({to, places}));
  }
  const auto number = [&](std::size_t k) { return found_.axis[k] ? rows.number(*found_.axis[k], i) : 0.0; };
  room.resize(4 * places);
  momenta_.make(std::span(columns).first(found_.momenta.size()), {number(0), number(1), number(2), number(3)},
                std::span(room).first(4 * used));
  std::fill(room.begin() + static_cast<std::ptrdiff_t>(4 * used), room.end(), 0.0F);
  if (!leave_out(rows, i, room)) return {};
  return room;
}

void JetColumns::constituent_values(const RawRows& rows, std::int64_t i, std::vector<float>& values) const {
  values.resize(found_.further.size() * static_cast<std::size_t>(found_.places));
  for (std::size_t k = 0; k < found_.further.size(); ++k) {
    float* to = values.data() + k;
    for (const PlaceRun& run : found_.further[k]) {
      read_run(rows.row(run.array, i), run, to, found_.further.size());
      to += run.count * found_.further.size();
    }
  }
}

bool JetColumns::leave_out(const RawRows& rows, std::int64_t i, std::span<float> momenta) const {
  if (found_.mask) {
    static thread_local std::vector<double> mask;
    mask.resize(static_cast<std::size_t>(found_.places));
    read_column(rows, i, *found_.mask, mask.size(), mask.data());
    for (std::size_t k = 0; k < mask.size(); ++k) {
      if (std::isnan(mask[k])) return false;
      if (mask[k] == 0) std::fill_n(momenta.begin() + static_cast<std::ptrdiff_t>(4 * k), 4, 0.0F);
    }
  }
  if (found_.count) {
    const double count = rows.number(*found_.count, i);
    if (!(count >= 0 && count == std::floor(count))) return false;
    const auto kept = static_cast<std::size_t>(std::min(count, static_cast<double>(found_.places)));
    std::fill(momenta.begin() + static_cast<std::ptrdiff_t>(4 * kept), momenta.end(), 0.0F);
  }
  return true;
}

std::optional<std::uint8_t> JetColumns::label(const RawRows& rows, std::int64_t i) const {
  if (found_.file_label) return found_.file_label;
  if (found_.label.size() == 1) {
    const double value = rows.number(found_.label[0], i);
    if (!(value >= 0 && value <= 255 && value == std::floor(value))) return std::nullopt;
    return static_cast<std::uint8_t>(value);
  }
  std::optional<std::uint8_t> hot;
  for (std::size_t k = 0; k < found_.label.size(); ++k) {
    const double value = rows.number(found_.label[k], i);
    if (value == 0) continue;
    if (value != 1 || hot || k > 255) return std::nullopt;
    hot = static_cast<std::uint8_t>(k);
  }
  return hot;
}

std::string JetColumns::label_text(const RawRows& rows, std::int64_t i) const {
  if (found_.label.size() == 1)
    return fmt::format("the label {} is {}", found_.label_name, rows.number(found_.label[0], i));
  return fmt::format("the label {} is not one-hot (a single 1, and zeros)", found_.label_name);
}

std::int64_t JetColumns::set(const RawRows& rows, std::int64_t i) const {
  if (!found_.set) return 0;
  const double value = rows.number(*found_.set, i);
  return value == std::floor(value) && std::fabs(value) < 1e9 ? static_cast<std::int64_t>(value) : -1;
}

void JetColumns::jet_values(const RawRows& rows, std::int64_t i, std::span<float> values) const {
  for (std::size_t k = 0; k < found_.jet_columns.size(); ++k)
    values[k] = static_cast<float>(rows.number(found_.jet_columns[k], i));
}

}  // namespace jetrain

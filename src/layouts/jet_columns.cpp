#include "layouts/jet_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/input_file.hpp"
#include "jetrain/error.hpp"
#include "layouts/stored_array.hpp"

namespace jetrain {
namespace {

constexpr NumberFormat kFloat{NumberKind::real, 4, false};

/// Why a momentum's column is not there, and how data.jets would have it.
[[noreturn]] void refuse_momenta(FileColumns& file, const DataError& error) {
  if (!file.broken_link().empty()) throw error;
  if (const std::optional<JetPreset> preset = fitting_preset(file))
    throw DataError(fmt::format("{0}; its columns are those of data.preset: {1} (--set data.preset={1})",
                                error.what(), *preset));
  std::vector<std::string> presets;
  for (const JetPreset preset : kValues<JetPreset>) {
    if (preset != JetPreset::none) presets.push_back(word_of(preset).text);
  }
  throw DataError(
      fmt::format("{}; no preset fits it ({}): name its columns in data.jets, as energy, px, py, pz or as "
                  "pt, eta, phi with "
                  "energy, mass or neither (`jetrain inspect` lists them)",
                  error.what(), fmt::join(presets, ", ")));
}

void require_momenta(FileColumns& file, const std::string& reference) {
  if (file.try_find(reference)) return;
  try {
    file.find(reference);
  } catch (const ReadError&) {
    throw;
  } catch (const DataError& error) {
    refuse_momenta(file, error);
  }
}

std::string shape_text(const Found& found) {
  std::vector<std::string> sizes{"N"};
  for (const std::int64_t size : found.shape) sizes.push_back(std::to_string(size));
  return fmt::format("({})", fmt::join(sizes, ", "));
}

/// Whether it has one number for each place of a row.
bool has_places(const Found& found) {
  return found.shape.size() == 1;
}

Found place_column(FileColumns& file, const std::string& key, const std::string& reference) {
  const Found found = file.find(reference);
  if (has_places(found)) return found;
  const std::string advice =
      found.shape.empty()
          ? std::string(
                "such a dataset is (N, P), or (N, P, F) with its column's number behind it, as [0]; columns "
                "of a table are named together, as E_*")
          : fmt::format(
                "name one of its columns, {}[0]{}", reference,
                found.shape.back() > 1 ? fmt::format(" to {}[{}]", reference, found.shape.back() - 1) : "");
  throw DataError(
      fmt::format("{} has shape {}, but a number for each constituent is wanted, (N, P) (data.jets{}): {}",
                  found.name, shape_text(found), key, advice));
}

/// Why `places` may be the columns of constituents, and not constituents; "" where nothing looks like it.
std::string doubt_about_axes(const FileColumns& file, const Found& places, const std::string& reference) {
  constexpr std::int64_t kFewPlaces = 16;
  const std::vector<std::int64_t>& shape = file.array(places.places.front().array).shape();
  if (!reference.ends_with(']') || shape.size() != 3 || shape[1] > kFewPlaces || shape[2] < 2 * shape[1])
    return "";
  return fmt::format(
      "{} is of shape ({}, {}, {}), and read as {} constituents of {} columns each; if it is {} columns of "
      "{} "
      "constituents, write it as numpy.swapaxes(..., 1, 2)",
      places.name.substr(0, places.name.rfind('[')), shape[0], shape[1], shape[2], shape[1], shape[2],
      shape[1], shape[2]);
}

bool fits(const std::string& pattern, const std::string& path) {
  return fnmatch(pattern.c_str(), std::filesystem::path(path).filename().c_str(), 0) == 0;
}

}  // namespace

JetColumns::JetColumns(FileColumns& file, const JetMapping& mapping) : mapping_(mapping), momenta_(mapping) {
  find_momenta(file, mapping);
  find_axis(file, mapping.columns.jet);
  find_label(file, mapping);
  find_set(file, mapping);
  find_weight(file, mapping);
  find_jet_columns(file, mapping.columns.jet_columns);
  find_constituent_columns(file, mapping.columns.constituent_columns);
}

void JetColumns::use(const Found& found) {
  for (const NumberPlace& place : found.places) {
    if (std::find(arrays_.begin(), arrays_.end(), place.array) == arrays_.end())
      arrays_.push_back(place.array);
  }
}

void JetColumns::require_places(const Found& found) const {
  if (std::ssize(found.places) == places_) return;
  throw DataError(fmt::format("{} has {} places a row, but {} has {}: they must be of the same constituents",
                              found.name, found.places.size(), momenta_name_, places_));
}

Found JetColumns::one_number(FileColumns& file, const std::string& key, const std::string& reference) {
  Found found = file.find(reference);
  if (found.places.size() != 1) {
    throw DataError(
        fmt::format("{} has shape {}, but data.jets.{} is one number for each jet, (N): name one of "
                    "its columns, {}[0]",
                    found.name, shape_text(found), key, reference));
  }
  use(found);
  return found;
}

void JetColumns::find_momenta(FileColumns& file, const JetMapping& mapping) {
  const std::vector<std::string> references = mapping.momentum_references();
  std::vector<Found> all;
  for (const std::string& reference : references) {
    require_momenta(file, reference);
    all.push_back(place_column(file, "", reference));
  }
  if (std::string doubt = doubt_about_axes(file, all.front(), references.front()); !doubt.empty())
    doubts_.push_back(std::move(doubt));
  if (!mapping.columns.mask.empty()) all.push_back(place_column(file, ".mask", mapping.columns.mask));
  places_ = std::ssize(all.front().places);
  momenta_name_ = all.front().name;
  for (const Found& found : all) {
    require_places(found);
    use(found);
  }
  for (std::size_t k = 0; k < references.size(); ++k) columns_.push_back(runs_of(all[k].places));
  if (all.size() > references.size()) mask_ = runs_of(all.back().places);
  if (!mapping.columns.count.empty())
    count_ = one_number(file, "count", mapping.columns.count).places.front();

  found_.emplace_back("momenta", fmt::format("{} ({}, {} places)", fmt::join(references, ", "),
                                             mapping.columns.unit, places_));
  if (mask_) found_.emplace_back("mask", mapping.columns.mask);
  if (count_) found_.emplace_back("count", mapping.columns.count);

  if (mapping.momenta != MomentumColumns::energy_px_py_pz || mapping.columns.unit != MomentumUnit::gev ||
      mask_ || count_)
    return;
  const NumberPlace& first = all[0].places[0];
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t i = 0; i < all[k].places.size(); ++i) {
      if (all[k].places[i] != NumberPlace{first.array, first.offset + 16 * i + 4 * k, kFloat}) return;
    }
  }
  direct_ = first;
}

void JetColumns::find_axis(FileColumns& file, const JetAxisConfig& axis) {
  if (mapping_.columns.relative_to == RelativeTo::none) return;
  const std::string* const references[] = {&axis.pt, &axis.eta, &axis.phi, &axis.mass};
  const char* const names[] = {"jet.pt", "jet.eta", "jet.phi", "jet.mass"};
  const bool shares = mapping_.columns.relative_to == RelativeTo::jet;
  for (std::size_t k = 0; k < 4; ++k) {
    const bool angle = k == 1 || k == 2;
    if (references[k]->empty() || !(angle || shares)) continue;
    axis_[k] = one_number(file, names[k], *references[k]).places.front();
  }
  found_.emplace_back("relative to", fmt::format("{} ({} alike)", shares ? "jet" : "jet's angles",
                                                 axis_[2] ? "eta, phi" : "eta; phi 0"));
}

void JetColumns::find_label(FileColumns& file, const JetMapping& mapping) {
  const JetsConfig& columns = mapping.columns;
  if (!columns.file_labels.empty()) {
    for (const FileLabelConfig& one : columns.file_labels) {
      if (!fits(one.match, file.path())) continue;
      file_label_ = static_cast<std::uint8_t>(one.label);
      found_.emplace_back(
          "label", fmt::format("{} for all jets of the file (its name fits {})", one.label, one.match));
      return;
    }
    missing_labels_ = fmt::format(
        "{} fits none of the patterns of data.jets.file_labels, so that its jets have no class", file.path());
    return;
  }
  for (const std::string& reference : columns.label) {
    const std::optional<Found> found = file.try_find(reference);
    if (!found) {
      label_.clear();
      missing_labels_ = fmt::format(
          "{} has no column {}, so that its jets have no class: name the one that it has in data.jets.label, "
          "or "
          "say data.jets.file_labels",
          file.path(), reference);
      return;
    }
    if (found->shape.size() > 1 || (columns.label.size() > 1 && found->places.size() != 1)) {
      throw DataError(
          fmt::format("{} has shape {}, but data.jets.label is one number for each jet, (N), or "
                      "one-hot, (N, K)",
                      found->name, shape_text(*found)));
    }
    use(*found);
    label_.insert(label_.end(), found->places.begin(), found->places.end());
  }
  label_name_ = fmt::format("{}", fmt::join(columns.label, ", "));
  if (label_.empty()) {
    missing_labels_ = fmt::format(
        "{}: data.preset {} has no column of classes: name it in data.jets.label, or say one class a file in "
        "data.jets.file_labels",
        file.path(), mapping.preset);
    return;
  }
  found_.emplace_back("label", label_.size() > 1
                                   ? fmt::format("{}, one-hot of {}", label_name_, label_.size())
                                   : label_name_);
}

void JetColumns::find_set(FileColumns& file, const JetMapping& mapping) {
  const std::string& reference = mapping.columns.set;
  if (reference.empty()) {
    missing_sets_ =
        fmt::format("of {} no column is named that says which rows train (data.jets.set)", file.path());
    return;
  }
  if (!file.try_find(reference)) {
    missing_sets_ = fmt::format("{} has no column {}, which is to say which rows train (data.jets.set)",
                                file.path(), reference);
    if (mapping.set_is_named) throw DataError(missing_sets_);
    return;
  }
  set_ = one_number(file, "set", reference).places.front();
  found_.emplace_back("set", reference);
}

void JetColumns::find_weight(FileColumns& file, const JetMapping& mapping) {
  for (const std::string& reference : mapping.weights) {
    if (!file.try_find(reference)) continue;
    weight_ = one_number(file, "weights", reference).places.front();
    found_.emplace_back("weights", reference);
    return;
  }
  if (!mapping.weights.empty() && !mapping.weights_are_named)
    doubts_.push_back(
        fmt::format("{} has none of the columns of weights of data.preset {} ({}): its jets count the same",
                    file.path(), mapping.preset, fmt::join(mapping.weights, ", ")));
  if (mapping.weights_are_named)
    missing_weights_ =
        fmt::format("{} has no column {} (data.weights)", file.path(), mapping.weights.front());
}

void JetColumns::find_jet_columns(FileColumns& file, const std::vector<std::string>& references) {
  for (const std::string& reference : references)
    jet_places_.push_back(one_number(file, "jet_columns", reference).places.front());
  if (!references.empty()) found_.emplace_back("features", fmt::format("{}", fmt::join(references, ", ")));
}

void JetColumns::find_constituent_columns(FileColumns& file, const std::vector<std::string>& references) {
  for (const std::string& reference : references) {
    const Found found = place_column(file, ".constituent_columns", reference);
    require_places(found);
    use(found);
    further_.push_back(runs_of(found.places));
  }
  if (!references.empty()) found_.emplace_back("columns", fmt::format("{}", fmt::join(references, ", ")));
}

std::span<const float> JetColumns::direct(const RawRows& rows, std::int64_t i) const {
  if (!direct_) return {};
  const std::byte* const at = rows.at(*direct_, i);
  if (reinterpret_cast<std::uintptr_t>(at) % alignof(float) != 0) return {};
  return {reinterpret_cast<const float*>(at), static_cast<std::size_t>(4 * places_)};
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
  const auto places = static_cast<std::size_t>(places_);
  static thread_local std::vector<double> values;
  values.resize(columns_.size() * places);
  std::array<const double*, 4> columns{};
  std::size_t used = places;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    double* const to = values.data() + k * places;
    read_column(rows, i, columns_[k], used, to);
    columns[k] = to;
    if (k == 0) used = static_cast<std::size_t>(momenta_.places({to, places}));
  }
  const auto number = [&](std::size_t k) { return axis_[k] ? rows.number(*axis_[k], i) : 0.0; };
  room.resize(4 * places);
  momenta_.make(std::span(columns).first(columns_.size()), {number(0), number(1), number(2), number(3)},
                std::span(room).first(4 * used));
  std::fill(room.begin() + static_cast<std::ptrdiff_t>(4 * used), room.end(), 0.0F);
  if (!leave_out(rows, i, room)) return {};
  return room;
}

void JetColumns::constituent_values(const RawRows& rows, std::int64_t i, std::vector<float>& values) const {
  values.resize(further_.size() * static_cast<std::size_t>(places_));
  for (std::size_t k = 0; k < further_.size(); ++k) {
    float* to = values.data() + k;
    for (const PlaceRun& run : further_[k]) {
      read_run(rows.row(run.array, i), run, to, further_.size());
      to += run.count * further_.size();
    }
  }
}

bool JetColumns::leave_out(const RawRows& rows, std::int64_t i, std::span<float> momenta) const {
  if (mask_) {
    static thread_local std::vector<double> mask;
    mask.resize(static_cast<std::size_t>(places_));
    read_column(rows, i, *mask_, mask.size(), mask.data());
    for (std::size_t k = 0; k < mask.size(); ++k) {
      if (std::isnan(mask[k])) return false;
      if (mask[k] == 0) std::fill_n(momenta.begin() + static_cast<std::ptrdiff_t>(4 * k), 4, 0.0F);
    }
  }
  if (count_) {
    const double count = rows.number(*count_, i);
    if (!(count >= 0 && count == std::floor(count))) return false;
    const auto kept = static_cast<std::size_t>(std::min(count, static_cast<double>(places_)));
    std::fill(momenta.begin() + static_cast<std::ptrdiff_t>(4 * kept), momenta.end(), 0.0F);
  }
  return true;
}

std::optional<std::uint8_t> JetColumns::label(const RawRows& rows, std::int64_t i) const {
  if (file_label_) return file_label_;
  if (label_.size() == 1) {
    const double value = rows.number(label_[0], i);
    if (!(value >= 0 && value <= 255 && value == std::floor(value))) return std::nullopt;
    return static_cast<std::uint8_t>(value);
  }
  std::optional<std::uint8_t> hot;
  for (std::size_t k = 0; k < label_.size(); ++k) {
    const double value = rows.number(label_[k], i);
    if (value == 0) continue;
    if (value != 1 || hot || k > 255) return std::nullopt;
    hot = static_cast<std::uint8_t>(k);
  }
  return hot;
}

std::string JetColumns::label_text(const RawRows& rows, std::int64_t i) const {
  if (label_.size() == 1) return fmt::format("the label {} is {}", label_name_, rows.number(label_[0], i));
  return fmt::format("the label {} is not one-hot (a single 1, and zeros)", label_name_);
}

std::int64_t JetColumns::set(const RawRows& rows, std::int64_t i) const {
  if (!set_) return 0;
  const double value = rows.number(*set_, i);
  return value == std::floor(value) && std::fabs(value) < 1e9 ? static_cast<std::int64_t>(value) : -1;
}

void JetColumns::jet_values(const RawRows& rows, std::int64_t i, std::span<float> values) const {
  for (std::size_t k = 0; k < jet_places_.size(); ++k)
    values[k] = static_cast<float>(rows.number(jet_places_[k], i));
}

std::vector<std::pair<std::string, std::string>> JetColumns::description() const {
  return found_;
}

std::optional<JetPreset> fitting_preset(FileColumns& file) {
  const auto has = [&](const std::string& reference) {
    try {
      const std::optional<Found> found = file.try_find(reference);
      return found && has_places(*found);
    } catch (const ReadError&) {
      throw;
    } catch (const DataError&) {
      return false;
    }
  };
  for (const JetPreset preset : kValues<JetPreset>) {
    if (preset == JetPreset::none) continue;
    DataConfig data;
    data.preset = preset;
    const std::vector<std::string> references = jet_mapping(data).momentum_references();
    if (std::all_of(references.begin(), references.end(), has)) return preset;
  }
  return std::nullopt;
}

}  // namespace jetrain

#include "layouts/found_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <utility>

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

/// Looks one thing after another up.
class ColumnSearch {
 public:
  ColumnSearch(FileColumns& file, const JetMapping& mapping) : file_(file), mapping_(mapping) {}

  FoundColumns find() && {
    find_momenta();
    find_axis();
    find_label();
    find_set();
    find_weight();
    find_jet_columns();
    find_constituent_columns();
    return std::move(found_);
  }

 private:
  void find_momenta();
  void find_axis();
  void find_label();
  void find_set();
  void find_weight();
  void find_jet_columns();
  void find_constituent_columns();
  Found one_number(const std::string& key, const std::string& reference);
  /// As many as there are of momenta.
  void require_places(const Found& found) const;
  void use(const Found& found);

  FileColumns& file_;
  const JetMapping& mapping_;
  FoundColumns found_;
  std::string momenta_name_;  ///< of the first of their columns, for messages
};

void ColumnSearch::use(const Found& found) {
  for (const NumberPlace& place : found.places) {
    if (std::find(found_.arrays.begin(), found_.arrays.end(), place.array) == found_.arrays.end())
      found_.arrays.push_back(place.array);
  }
}

void ColumnSearch::require_places(const Found& found) const {
  if (std::ssize(found.places) == found_.places) return;
  throw DataError(fmt::format("{} has {} places a row, but {} has {}: they must be of the same constituents",
                              found.name, found.places.size(), momenta_name_, found_.places));
}

Found ColumnSearch::one_number(const std::string& key, const std::string& reference) {
  Found found = file_.find(reference);
  if (found.places.size() != 1) {
    throw DataError(
        fmt::format("{} has shape {}, but data.jets.{} is one number for each jet, (N): name one of "
                    "its columns, {}[0]",
                    found.name, shape_text(found), key, reference));
  }
  use(found);
  return found;
}

void ColumnSearch::find_momenta() {
  const std::vector<std::string> references = mapping_.momentum_references();
  std::vector<Found> all;
  for (const std::string& reference : references) {
    require_momenta(file_, reference);
    all.push_back(place_column(file_, "", reference));
  }
  if (std::string doubt = doubt_about_axes(file_, all.front(), references.front()); !doubt.empty())
    found_.doubts.push_back(std::move(doubt));
  if (!mapping_.columns.mask.empty()) all.push_back(place_column(file_, ".mask", mapping_.columns.mask));
  found_.places = std::ssize(all.front().places);
  momenta_name_ = all.front().name;
  for (const Found& found : all) {
    require_places(found);
    use(found);
  }
  for (std::size_t k = 0; k < references.size(); ++k) found_.momenta.push_back(runs_of(all[k].places));
  if (all.size() > references.size()) found_.mask = runs_of(all.back().places);
  if (!mapping_.columns.count.empty())
    found_.count = one_number("count", mapping_.columns.count).places.front();

  found_.description.emplace_back("momenta", fmt::format("{} ({}, {} places)", fmt::join(references, ", "),
                                                         mapping_.columns.unit, found_.places));
  if (found_.mask) found_.description.emplace_back("mask", mapping_.columns.mask);
  if (found_.count) found_.description.emplace_back("count", mapping_.columns.count);

  if (mapping_.momenta != MomentumColumns::energy_px_py_pz || mapping_.columns.unit != MomentumUnit::gev ||
      found_.mask || found_.count)
    return;
  const NumberPlace& first = all[0].places[0];
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t i = 0; i < all[k].places.size(); ++i) {
      if (all[k].places[i] != NumberPlace{first.array, first.offset + 16 * i + 4 * k, kFloat}) return;
    }
  }
  found_.direct = first;
}

void ColumnSearch::find_axis() {
  const JetAxisConfig& axis = mapping_.columns.jet;
  if (mapping_.columns.relative_to == RelativeTo::none) return;
  const std::string* const references[] = {&axis.pt, &axis.eta, &axis.phi, &axis.mass};
  const char* const names[] = {"jet.pt", "jet.eta", "jet.phi", "jet.mass"};
  const bool shares = mapping_.columns.relative_to == RelativeTo::jet;
  for (std::size_t k = 0; k < 4; ++k) {
    const bool angle = k == 1 || k == 2;
    if (references[k]->empty() || !(angle || shares)) continue;
    found_.axis[k] = one_number(names[k], *references[k]).places.front();
  }
  found_.description.emplace_back("relative to", fmt::format("{} ({} alike)", shares ? "jet" : "jet's angles",
                                                             found_.axis[2] ? "eta, phi" : "eta; phi 0"));
}

void ColumnSearch::find_label() {
  const JetsConfig& columns = mapping_.columns;
  if (!columns.file_labels.empty()) {
    for (const FileLabelConfig& one : columns.file_labels) {
      if (!fits(one.match, file_.path())) continue;
      found_.file_label = static_cast<std::uint8_t>(one.label);
      found_.description.emplace_back(
          "label", fmt::format("{} for all jets of the file (its name fits {})", one.label, one.match));
      return;
    }
    found_.missing_labels =
        fmt::format("{} fits none of the patterns of data.jets.file_labels, so that its jets have no class",
                    file_.path());
    return;
  }
  for (const std::string& reference : columns.label) {
    const std::optional<Found> found = file_.try_find(reference);
    if (!found) {
      found_.label.clear();
      found_.missing_labels = fmt::format(
          "{} has no column {}, so that its jets have no class: name the one that it has in data.jets.label, "
          "or "
          "say data.jets.file_labels",
          file_.path(), reference);
      return;
    }
    if (found->shape.size() > 1 || (columns.label.size() > 1 && found->places.size() != 1)) {
      throw DataError(
          fmt::format("{} has shape {}, but data.jets.label is one number for each jet, (N), or "
                      "one-hot, (N, K)",
                      found->name, shape_text(*found)));
    }
    use(*found);
    found_.label.insert(found_.label.end(), found->places.begin(), found->places.end());
  }
  found_.label_name = fmt::format("{}", fmt::join(columns.label, ", "));
  if (found_.label.empty()) {
    found_.missing_labels = fmt::format(
        "{}: data.preset {} has no column of classes: name it in data.jets.label, or say one class a file in "
        "data.jets.file_labels",
        file_.path(), mapping_.preset);
    return;
  }
  found_.description.emplace_back(
      "label", found_.label.size() > 1
                   ? fmt::format("{}, one-hot of {}", found_.label_name, found_.label.size())
                   : found_.label_name);
}

void ColumnSearch::find_set() {
  const std::string& reference = mapping_.columns.set;
  if (reference.empty()) {
    found_.missing_sets =
        fmt::format("of {} no column is named that says which rows train (data.jets.set)", file_.path());
    return;
  }
  if (!file_.try_find(reference)) {
    found_.missing_sets = fmt::format("{} has no column {}, which is to say which rows train (data.jets.set)",
                                      file_.path(), reference);
    if (mapping_.set_is_named) throw DataError(found_.missing_sets);
    return;
  }
  found_.set = one_number("set", reference).places.front();
  found_.description.emplace_back("set", reference);
}

void ColumnSearch::find_weight() {
  for (const std::string& reference : mapping_.weights) {
    if (!file_.try_find(reference)) continue;
    found_.weight = one_number("weights", reference).places.front();
    found_.description.emplace_back("weights", reference);
    return;
  }
  if (!mapping_.weights.empty() && !mapping_.weights_are_named)
    found_.doubts.push_back(
        fmt::format("{} has none of the columns of weights of data.preset {} ({}): its jets count the same",
                    file_.path(), mapping_.preset, fmt::join(mapping_.weights, ", ")));
  if (mapping_.weights_are_named)
    found_.missing_weights =
        fmt::format("{} has no column {} (data.weights)", file_.path(), mapping_.weights.front());
}

void ColumnSearch::find_jet_columns() {
  const std::vector<std::string>& references = mapping_.columns.jet_columns;
  for (const std::string& reference : references)
    found_.jet_columns.push_back(one_number("jet_columns", reference).places.front());
  if (!references.empty())
    found_.description.emplace_back("features", fmt::format("{}", fmt::join(references, ", ")));
}

void ColumnSearch::find_constituent_columns() {
  const std::vector<std::string>& references = mapping_.columns.constituent_columns;
  for (const std::string& reference : references) {
    const Found found = place_column(file_, ".constituent_columns", reference);
    require_places(found);
    use(found);
    found_.further.push_back(runs_of(found.places));
  }
  if (!references.empty())
    found_.description.emplace_back("columns", fmt::format("{}", fmt::join(references, ", ")));
}

}  // namespace

FoundColumns find_columns(FileColumns& file, const JetMapping& mapping) {
  return ColumnSearch(file, mapping).find();
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

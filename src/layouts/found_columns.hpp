#pragma once

/// \file
/// Where data.preset and data.jets find a file's jets: which of its columns are what.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/jet_presets.hpp"
#include "layouts/file_columns.hpp"

namespace jetrain {

/// Where numbers stand in a row; layouts/jet_columns.hpp reads them.
struct FoundColumns {
  /// The runs of one quantity, of each of n places.
  using Column = std::vector<PlaceRun>;

  std::vector<std::size_t> arrays;     ///< datasets that rows are to be read of
  std::int64_t places = 0;             ///< for constituents in each row
  std::vector<Column> momenta;         ///< by JetMapping::momentum_references()
  std::optional<NumberPlace> direct;   ///< of the first float, where all stand in the row as they are wanted
  std::optional<NumberPlace> axis[4];  ///< of the jet: pT, eta, phi, mass
  std::vector<Column> further;         ///< data.jets.constituent_columns
  std::optional<Column> mask;
  std::optional<NumberPlace> count;
  std::vector<NumberPlace> label;          ///< one number, or one-hot
  std::optional<std::uint8_t> file_label;  ///< instead: of all jets of the file
  std::string label_name;
  std::optional<NumberPlace> set;
  std::optional<NumberPlace> weight;
  std::vector<NumberPlace> jet_columns;

  std::string missing_labels;       ///< why jets have no class, and what to do; "": they have
  std::string missing_sets;         ///< likewise of the column of sets
  std::string missing_weights;      ///< likewise of the weights that data.weights names
  std::vector<std::string> doubts;  ///< what is to be said once, in sentences that name the file
  /// What was found and how it is read, a line each, for people: ("momenta", "E_*, ... GeV").
  std::vector<std::pair<std::string, std::string>> description;
};

/// To be called by FileColumns::together. DataError where a momentum's column is missing, with what the file
/// holds and which preset fits it; where shapes do not go together.
FoundColumns find_columns(FileColumns& file, const JetMapping& mapping);

/// The first preset whose columns of momenta the file has; nothing where none fits. As find_columns.
std::optional<JetPreset> fitting_preset(FileColumns& file);

}  // namespace jetrain

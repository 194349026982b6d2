#pragma once

/// \file
/// What data.preset and data.jets come to: the columns that jets are read from.

#include <string>
#include <vector>

#include "config/data.hpp"

namespace jetrain {

/// Which quantities a constituent's momentum is given by.
enum class MomentumColumns { energy_px_py_pz, pt_eta_phi_energy, pt_eta_phi_mass, pt_eta_phi };

/// The columns of jets: the preset's, with what data.jets names in their stead.
struct JetMapping {
  JetPreset preset = JetPreset::top_tagging;
  JetsConfig columns;  ///< relative_to and unit are settled
  MomentumColumns momenta = MomentumColumns::energy_px_py_pz;
  std::vector<std::string> weights;  ///< columns, the first one that a file has; empty: all count the same
  bool label_is_named = false;       ///< by data.jets, not by the preset
  bool set_is_named = false;
  bool weights_are_named = false;

  bool operator==(const JetMapping&) const = default;
  /// References of the constituents' columns, in the order that `momenta` names them.
  std::vector<std::string> momentum_references() const;
};

/// UsageError where the keys do not make a momentum, or do not go together.
JetMapping jet_mapping(const DataConfig& data);

/// Whether labels are classes of the user's, or of a data set that is not of tops against QCD; else 1 is a
/// top, and 0 QCD.
bool has_own_classes(const DataConfig& data);

/// "E_*, PX_*, PY_*, PZ_* (GeV)": what a preset reads momenta from, for people.
std::string describe_preset(JetPreset preset);

}  // namespace jetrain

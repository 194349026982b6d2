#pragma once

/// \file
/// The settings of how jets stand in files: which columns hold what (data.jets), or the name of a layout that
/// this field uses (data.preset; config/jet_presets.hpp says what each stands for).

#include <cstdint>
#include <string>
#include <vector>

#include "config/rules.hpp"
#include "core/word.hpp"

namespace jetrain {

/// Layouts with a name.
enum class JetPreset {
  top_tagging,
  atlas_top_tagging,
  jetnet,
  energyflow,
  pelican,
  omnilearn,
  aspen,
  flavour_tagging,
  none
};
constexpr Word word_of(JetPreset preset) {
  switch (preset) {
    case JetPreset::top_tagging:
      return {"top_tagging",
              "Top Quark Tagging Reference Dataset: pandas' E_0, PX_0, PY_0, PZ_0, ..., is_signal_new, ttv"};
    case JetPreset::atlas_top_tagging:
      return {"atlas_top_tagging",
              "ATLAS Top Tagging Open Data: fjet_clus_pt, ..., labels, training_weights or weights, in MeV"};
    case JetPreset::jetnet:
      return {"jetnet",
              "JetNet: particle_features relative to jet_features; say data.jets.file_labels, a file has one "
              "class"};
    case JetPreset::energyflow:
      return {"energyflow",
              "EnergyFlow's .npz: X (pt, y, phi, pid), y; massless, so that the rapidity is eta"};
    case JetPreset::pelican:
      return {"pelican", "PELICAN's and LorentzNet's: Pmu (E, px, py, pz), is_signal"};
    case JetPreset::omnilearn:
      return {"omnilearn",
              "OmniLearn's: data, with angles relative to jet and logarithms of pt and energy, pid"};
    case JetPreset::aspen:
      return {"aspen", "Aspen Open Jets: PFCands (px, py, pz, E, ...), without labels"};
    case JetPreset::flavour_tagging:
      return {"flavour_tagging", "compound datasets jets and tracks, with valid"};
    case JetPreset::none:
      return {"none", "as data.jets says, and nothing else"};
  }
  return {};
}

/// What a constituent's momentum is measured from.
enum class RelativeTo { preset, none, angles, jet };
constexpr Word word_of(RelativeTo relative) {
  switch (relative) {
    case RelativeTo::preset:
      return {"preset", "as the preset has it"};
    case RelativeTo::none:
      return {"none", "pt, eta, phi and energy are the detector's"};
    case RelativeTo::angles:
      return {"angles", "eta and phi are less the jet's"};
    case RelativeTo::jet:
      return {"jet", "so are they, and pt and energy are shares of the jet's"};
  }
  return {};
}

enum class MomentumUnit { preset, gev, mev };
constexpr Word word_of(MomentumUnit unit) {
  switch (unit) {
    case MomentumUnit::preset:
      return {"preset", "as the preset has it, else GeV"};
    case MomentumUnit::gev:
      return {"GeV"};
    case MomentumUnit::mev:
      return {"MeV"};
  }
  return {};
}

/// What jets do whose constituents do not descend in pT.
enum class Unsorted { sort, error };
constexpr Word word_of(Unsorted handling) {
  switch (handling) {
    case Unsorted::sort:
      return {"sort", "are sorted"};
    case Unsorted::error:
      return {"error", "are bad rows"};
  }
  return {};
}

/// Columns of a jet as a whole.
struct JetAxisConfig {
  std::string pt;
  std::string eta;
  std::string phi;
  std::string mass;
  bool operator==(const JetAxisConfig&) const = default;
  void fields(auto& visit) {
    visit("pt", pt, "column of the jet's transverse momentum");
    visit("eta", eta, "of its pseudorapidity");
    visit("phi", phi, "of its azimuth; none: 0");
    visit("mass", mass, "of its mass, where energies are shares of its energy");
  }
};

/// One class for all jets of a file.
struct FileLabelConfig {
  std::string match;
  std::int64_t label = 0;
  bool operator==(const FileLabelConfig&) const = default;
  void fields(auto& visit) {
    visit("match", match, "files whose name, without folders, this pattern fits (`*`, `?`)",
          rules::Rule{"a pattern", [](const std::string& pattern) {
                        return pattern.empty() ? std::string("must be a pattern, as t_*.h5") : std::string();
                      }});
    visit("label", label, "the class of their jets", rules::between(0, 255));
  }
};

/// Each text refers to a column: a name in a pandas table, a dataset, `dataset[3]` for one column of its last
/// dimension, `dataset.member` of a compound; `E_*` are all names of that
/// form, by number (layouts/file_columns.hpp).
struct JetsConfig {
  std::string energy;
  std::string px;
  std::string py;
  std::string pz;
  std::string pt;
  std::string eta;
  std::string phi;
  std::string mass;
  RelativeTo relative_to = RelativeTo::preset;
  JetAxisConfig jet;
  bool logarithms = false;
  MomentumUnit unit = MomentumUnit::preset;
  std::string mask;
  std::string count;
  std::vector<std::string> label;
  std::vector<FileLabelConfig> file_labels;
  std::string set;
  std::vector<std::string> jet_columns;
  std::vector<std::string> constituent_columns;
  bool operator==(const JetsConfig&) const = default;
  void fields(auto& visit) {
    visit("energy", energy, "column of the constituents' energies; with px, py, pz or with pt, eta, phi");
    visit("px", px, "of their momenta");
    visit("py", py, "likewise");
    visit("pz", pz, "likewise");
    visit("pt", pt, "of their transverse momenta; pt, eta, phi without energy or mass: massless");
    visit("eta", eta, "of their pseudorapidities");
    visit("phi", phi, "of their azimuths");
    visit("mass", mass, "of their masses");
    visit("relative_to", relative_to, "what pt, eta, phi and energy are measured from");
    visit("jet", jet, "columns of the jet that they are relative to");
    visit("logarithms", logarithms, "pt and energy are natural logarithms");
    visit("unit", unit, "of momenta, energies and masses");
    visit("mask", mask, "column that is 0 where a place holds no constituent");
    visit("count", count, "column of the number of constituents of each jet");
    visit("label", label, "column of the class: a number, true or false, or one-hot; several: one-hot");
    visit("file_labels", file_labels, "instead: one class a file, by the file's name");
    visit("set", set, "column of 0 train, 1 test, 2 validation, for `data.split.method: column`");
    visit("jet_columns", jet_columns,
          "columns of the jet as a whole that the network is to see: features behind those of `high_level`");
    visit("constituent_columns", constituent_columns,
          "of sets: further columns of the constituents, for `constituents.features` of kind `column`");
  }
};

}  // namespace jetrain

#include "config/jet_presets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// The published layouts. Columns of arrays count from 0.
JetsConfig preset_columns(JetPreset preset) {
  JetsConfig c;
  c.relative_to = RelativeTo::none;
  c.unit = MomentumUnit::gev;
  switch (preset) {
    case JetPreset::top_tagging:  // Kasieczka et al., Zenodo 2603256
      c.energy = "E_*";
      c.px = "PX_*";
      c.py = "PY_*";
      c.pz = "PZ_*";
      c.label = {"is_signal_new"};
      c.set = "ttv";
      break;
    case JetPreset::atlas_top_tagging:  // CERN Open Data 15013, 80030
      c.pt = "fjet_clus_pt";
      c.eta = "fjet_clus_eta";
      c.phi = "fjet_clus_phi";
      c.energy = "fjet_clus_E";
      c.unit = MomentumUnit::mev;
      c.label = {"labels"};
      break;
    case JetPreset::jetnet:  // Kansal et al., Zenodo 6975118: etarel, phirel, ptrel, mask; pt, eta, mass, n
      c.eta = "particle_features[0]";
      c.phi = "particle_features[1]";
      c.pt = "particle_features[2]";
      c.mask = "particle_features[3]";
      c.relative_to = RelativeTo::jet;
      c.jet.pt = "jet_features[0]";
      c.jet.eta = "jet_features[1]";
      break;
    case JetPreset::energyflow:  // Komiske, Metodiev, Thaler, Zenodo 3164691: pt, y, phi, pid
      c.pt = "X[0]";
      c.eta = "X[1]";
      c.phi = "X[2]";
      c.label = {"y"};
      break;
    case JetPreset::pelican:  // Bogatskiy et al. 2022: E, px, py, pz
      c.energy = "Pmu[0]";
      c.px = "Pmu[1]";
      c.py = "Pmu[2]";
      c.pz = "Pmu[3]";
      c.label = {"is_signal"};
      break;
    case JetPreset::omnilearn:  // Mikuni, Nachman 2024: deta, dphi, log(1 - pt/jet), log pt, ..., log E, dR
      c.eta = "data[0]";
      c.phi = "data[1]";
      c.pt = "data[3]";
      c.energy = "data[5]";
      c.logarithms = true;
      c.relative_to = RelativeTo::angles;
      c.jet.pt = "jet[0]";
      c.jet.eta = "jet[1]";
      c.label = {"pid"};
      break;
    case JetPreset::aspen:  // Amram et al. 2024: px, py, pz, E, d0, d0Err, dz, dzErr, charge, pid, weight
      c.px = "PFCands[0]";
      c.py = "PFCands[1]";
      c.pz = "PFCands[2]";
      c.energy = "PFCands[3]";
      break;
    case JetPreset::flavour_tagging:  // as ATLAS' training-dataset-dumper and UPP write it
      c.pt = "tracks.pt";
      c.eta = "tracks.deta";
      c.phi = "tracks.dphi";
      c.mask = "tracks.valid";
      c.relative_to = RelativeTo::angles;
      c.jet.pt = "jets.pt";
      c.jet.eta = "jets.eta";
      c.unit = MomentumUnit::mev;
      c.label = {"jets.flavour_label"};
      break;
    case JetPreset::none:
      break;
  }
  return c;
}

std::vector<std::string> preset_weights(JetPreset preset) {
  if (preset == JetPreset::atlas_top_tagging) return {"training_weights", "weights"};
  return {};
}

using Momenta = std::array<std::string JetsConfig::*, 8>;
constexpr Momenta kMomenta{&JetsConfig::energy, &JetsConfig::px,  &JetsConfig::py,  &JetsConfig::pz,
                           &JetsConfig::pt,     &JetsConfig::eta, &JetsConfig::phi, &JetsConfig::mass};
constexpr std::array<const char*, 8> kMomentumNames{"energy", "px", "py", "pz", "pt", "eta", "phi", "mass"};

std::vector<std::string> given_momenta(const JetsConfig& c) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kMomenta.size(); ++i) {
    if (!(c.*kMomenta[i]).empty()) names.emplace_back(kMomentumNames[i]);
  }
  return names;
}

std::optional<MomentumColumns> momenta_of(const JetsConfig& c) {
  const std::vector<std::string> given = given_momenta(c);
  using Names = std::vector<std::string>;
  if (given == Names{"energy", "px", "py", "pz"}) return MomentumColumns::energy_px_py_pz;
  if (given == Names{"energy", "pt", "eta", "phi"}) return MomentumColumns::pt_eta_phi_energy;
  if (given == Names{"pt", "eta", "phi", "mass"}) return MomentumColumns::pt_eta_phi_mass;
  if (given == Names{"pt", "eta", "phi"}) return MomentumColumns::pt_eta_phi;
  return std::nullopt;
}

void override_text(std::string& standard, const std::string& given) {
  if (!given.empty()) standard = given;
}

/// What is given stands instead of the preset's; momenta that are whole by themselves, instead of all of its.
void override_columns(JetsConfig& c, const JetsConfig& given) {
  if (momenta_of(given)) {
    for (const auto momentum : kMomenta) (c.*momentum).clear();
    c.relative_to = RelativeTo::none;
    c.logarithms = false;
    c.mask.clear();
  }
  for (const auto momentum : kMomenta) override_text(c.*momentum, given.*momentum);
  for (const auto text : {&JetsConfig::mask, &JetsConfig::count, &JetsConfig::set})
    override_text(c.*text, given.*text);
  for (const auto text : {&JetAxisConfig::pt, &JetAxisConfig::eta, &JetAxisConfig::phi, &JetAxisConfig::mass})
    override_text(c.jet.*text, given.jet.*text);
  if (given.relative_to != RelativeTo::preset) c.relative_to = given.relative_to;
  if (given.unit != MomentumUnit::preset) c.unit = given.unit;
  c.jet_columns = given.jet_columns;
  c.constituent_columns = given.constituent_columns;
  if (given.logarithms) c.logarithms = true;
  if (!given.count.empty() && given.mask.empty()) c.mask.clear();
  if (!given.label.empty()) c.label = given.label;
  if (!given.file_labels.empty()) {
    c.file_labels = given.file_labels;
    c.label.clear();
  }
}

void check_together(const JetMapping& mapping) {
  const JetsConfig& c = mapping.columns;
  const bool cartesian = mapping.momenta == MomentumColumns::energy_px_py_pz;
  const auto refuse = [](const std::string& what) { throw UsageError("data.jets." + what); };
  if (cartesian && c.relative_to != RelativeTo::none)
    refuse("relative_to: is of pt, eta and phi; energy, px, py, pz are the detector's");
  if (cartesian && c.logarithms) refuse("logarithms: is of pt and energy beside eta and phi");
  if (c.relative_to != RelativeTo::none && c.jet.eta.empty())
    refuse("jet.eta: is missing; data.jets.relative_to needs the column of the jet's pseudorapidity");
  if (c.relative_to == RelativeTo::jet) {
    if (c.jet.pt.empty())
      refuse("jet.pt: is missing; data.jets.relative_to: jet needs the column of the jet's pT");
    if (mapping.momenta == MomentumColumns::pt_eta_phi_mass)
      refuse("mass: cannot be a share; with data.jets.relative_to: jet give pt, eta, phi, or energy, too");
    if (mapping.momenta == MomentumColumns::pt_eta_phi_energy && c.jet.mass.empty())
      refuse("jet.mass: is missing; energies that are shares of the jet's need it");
  }
  if (!c.mask.empty() && !c.count.empty()) refuse("count: is given beside mask; leave out one of the two");
}

/// Columns that would be read by nobody are a misunderstanding.
void require_used_axis(const JetAxisConfig& given, RelativeTo relative) {
  const bool of_shares = !given.pt.empty() || !given.mass.empty();
  if (relative == RelativeTo::none && given != JetAxisConfig{})
    throw UsageError(
        "data.jets.jet: is given, but nothing is measured from it: say data.jets.relative_to: angles (eta "
        "and "
        "phi are) or jet (pt and energy are, too), or leave it out");
  if (relative == RelativeTo::angles && of_shares)
    throw UsageError(fmt::format(
        "data.jets.jet.{}: is for shares of the jet's: say data.jets.relative_to: jet, or leave it out",
        given.pt.empty() ? "mass" : "pt"));
}

}  // namespace

std::vector<std::string> JetMapping::momentum_references() const {
  const JetsConfig& c = columns;
  switch (momenta) {
    case MomentumColumns::energy_px_py_pz:
      return {c.energy, c.px, c.py, c.pz};
    case MomentumColumns::pt_eta_phi_energy:
      return {c.pt, c.eta, c.phi, c.energy};
    case MomentumColumns::pt_eta_phi_mass:
      return {c.pt, c.eta, c.phi, c.mass};
    case MomentumColumns::pt_eta_phi:
      return {c.pt, c.eta, c.phi};
  }
  return {};
}

JetMapping jet_mapping(const DataConfig& data) {
  JetMapping mapping;
  mapping.preset = data.preset;
  mapping.columns = preset_columns(data.preset);
  if (data.weighted())
    mapping.weights = data.weights.empty() ? preset_weights(data.preset) : std::vector{data.weights};
  mapping.label_is_named = !data.jets.label.empty();
  mapping.weights_are_named = data.weighted() && !data.weights.empty();
  mapping.set_is_named = !data.jets.set.empty();
  if (mapping.label_is_named && !data.jets.file_labels.empty())
    throw UsageError("data.jets.file_labels: is given beside label; leave out one of the two");
  for (const FileLabelConfig& one : data.jets.file_labels) {
    if (one.match.empty())
      throw UsageError("data.jets.file_labels: an entry is without match, the pattern of its files' names");
  }
  override_columns(mapping.columns, data.jets);
  const std::optional<MomentumColumns> momenta = momenta_of(mapping.columns);
  if (!momenta) {
    const std::vector<std::string> given = given_momenta(mapping.columns);
    throw UsageError(
        fmt::format("data.jets: momenta are given by energy, px, py, pz; by pt, eta, phi, energy; by pt, "
                    "eta, phi, mass; or "
                    "by pt, eta, phi (massless): here {} {}",
                    given.empty() ? "nothing" : fmt::format("{}", fmt::join(given, ", ")),
                    given.size() > 1 ? "are" : "is"));
  }
  mapping.momenta = *momenta;
  check_together(mapping);
  require_used_axis(data.jets.jet, mapping.columns.relative_to);
  return mapping;
}

bool has_own_classes(const DataConfig& data) {
  if (!data.jets.label.empty() || !data.jets.file_labels.empty()) return true;
  switch (data.preset) {
    case JetPreset::top_tagging:
    case JetPreset::atlas_top_tagging:
    case JetPreset::pelican:
      return false;
    case JetPreset::jetnet:
    case JetPreset::energyflow:
    case JetPreset::omnilearn:
    case JetPreset::aspen:
    case JetPreset::flavour_tagging:
    case JetPreset::none:
      return true;
  }
  return true;
}

std::string describe_preset(JetPreset preset) {
  DataConfig data;
  data.preset = preset;
  if (preset == JetPreset::none) return "as data.jets says";
  const JetMapping mapping = jet_mapping(data);
  return fmt::format("{} ({})", fmt::join(mapping.momentum_references(), ", "), mapping.columns.unit);
}

}  // namespace jetrain

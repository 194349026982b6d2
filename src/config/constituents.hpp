#pragma once

/// \file
/// The settings of jets as sets: which constituents, from where their angles are measured, and what the
/// network sees of each.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "config/rules.hpp"
#include "core/word.hpp"

namespace jetrain {

/// What the network's input is.
enum class InputKind { image, constituents, arrays };
constexpr Word word_of(InputKind input) {
  switch (input) {
    case InputKind::image:
      return {"image", "a picture of the jet, as `image` says"};
    case InputKind::constituents:
      return {"constituents", "the jet's constituents as a set, as `constituents` says"};
    case InputKind::arrays:
      return {"arrays",
              "rows of plain arrays, as `data.arrays` says (and what is meant where that is given)"};
  }
  return {};
}

/// From where a constituent's angles are measured.
enum class ConstituentAxis { jet, leading, weighted_mean };
constexpr Word word_of(ConstituentAxis axis) {
  switch (axis) {
    case ConstituentAxis::jet:
      return {"jet",
              "the sum of all constituents of the file, with eta turned so that the jet's own is positive"};
    case ConstituentAxis::leading:
      return {"leading", "the constituent with the largest pT"};
    case ConstituentAxis::weighted_mean:
      return {"weighted_mean",
              "as `jet`, then moved to the pT-weighted mean of the angles (Komiske, Metodiev, Thaler 2019)"};
  }
  return {};
}

enum class ConstituentFeature {
  eta_rel,
  phi_rel,
  log_pt,
  log_e,
  log_pt_rel,
  log_e_rel,
  delta_r,
  pt_fraction,
  px,
  py,
  pz,
  e,
  column
};
constexpr Word word_of(ConstituentFeature feature) {
  switch (feature) {
    case ConstituentFeature::eta_rel:
      return {"eta_rel", "pseudorapidity from the axis"};
    case ConstituentFeature::phi_rel:
      return {"phi_rel", "azimuth from the axis, from -pi to pi"};
    case ConstituentFeature::log_pt:
      return {"log_pt", "natural logarithm of pT in GeV"};
    case ConstituentFeature::log_e:
      return {"log_e", "of the energy in GeV"};
    case ConstituentFeature::log_pt_rel:
      return {"log_pt_rel", "of pT / the jet's pT"};
    case ConstituentFeature::log_e_rel:
      return {"log_e_rel", "of the energy / the jet's"};
    case ConstituentFeature::delta_r:
      return {"delta_r", "distance from the axis in (eta, phi)"};
    case ConstituentFeature::pt_fraction:
      return {"pt_fraction", "pT / the sum of pT over the constituents that are kept"};
    case ConstituentFeature::px:
      return {"px", "GeV"};
    case ConstituentFeature::py:
      return {"py", "GeV"};
    case ConstituentFeature::pz:
      return {"pz", "GeV"};
    case ConstituentFeature::e:
      return {"e", "energy, GeV"};
    case ConstituentFeature::column:
      return {"column", "a column of the files, one of data.jets.constituent_columns"};
  }
  return {};
}

/// (x - shift) scale, held between -clip and clip; clip 0: not held.
struct FeatureScaling {
  double shift = 0;
  double scale = 1;
  double clip = 0;
  bool operator==(const FeatureScaling&) const = default;
};

/// The usual ones: the Particle Transformer's top_kin.yaml (jet-universe/particle_transformer).
constexpr FeatureScaling usual_scaling(ConstituentFeature feature) {
  switch (feature) {
    case ConstituentFeature::log_pt:
      return {1.7, 0.7, 5};
    case ConstituentFeature::log_e:
      return {2.0, 0.7, 5};
    case ConstituentFeature::log_pt_rel:
    case ConstituentFeature::log_e_rel:
      return {-4.7, 0.7, 5};
    case ConstituentFeature::delta_r:
      return {0.2, 4.0, 5};
    case ConstituentFeature::eta_rel:
    case ConstituentFeature::phi_rel:
    case ConstituentFeature::pt_fraction:
    case ConstituentFeature::px:
    case ConstituentFeature::py:
    case ConstituentFeature::pz:
    case ConstituentFeature::e:
    case ConstituentFeature::column:
      return {};
  }
  return {};
}

/// The keys of a scaling, which all features have.
void scaling_fields(FeatureScaling& scaling, auto& visit) {
  visit("shift", scaling.shift, "subtracted first");
  visit("scale", scaling.scale, "what the difference is multiplied by");
  visit("clip", scaling.clip, "then held between -clip and clip; 0: not held", rules::at_least(0));
}

template <ConstituentFeature F>
struct ScaledFeature {
  static constexpr ConstituentFeature kFeature = F;
  static constexpr const char* kName = word_of(F).text;
  static constexpr const char* kMeaning = word_of(F).meaning;
  FeatureScaling scaling = usual_scaling(F);
  bool operator==(const ScaledFeature&) const = default;
  void fields(auto& visit) { scaling_fields(scaling, visit); }
};

/// What files say of a constituent beside its momentum: its charge, its track's distance from the beam, ...
struct ColumnFeature {
  static constexpr ConstituentFeature kFeature = ConstituentFeature::column;
  static constexpr const char* kName = word_of(kFeature).text;
  static constexpr const char* kMeaning = word_of(kFeature).meaning;
  std::string name;
  std::vector<std::int64_t> equals;
  FeatureScaling scaling;
  bool operator==(const ColumnFeature&) const = default;
  void fields(auto& visit) {
    visit("name", name, "which of data.jets.constituent_columns, as it stands there",
          rules::Rule{"a column", [](const std::string& column) {
                        return column.empty() ? std::string("must be a column") : std::string();
                      }});
    visit("equals", equals, "instead: 1 where it is one of these numbers (as of particles), else 0");
    scaling_fields(scaling, visit);
  }
};

struct ConstituentFeatureConfig {
  static constexpr const char* kGroup = "Constituent features";
  using Feature = ConstituentFeature;
  std::variant<
      ScaledFeature<Feature::eta_rel>, ScaledFeature<Feature::phi_rel>, ScaledFeature<Feature::log_pt>,
      ScaledFeature<Feature::log_e>, ScaledFeature<Feature::log_pt_rel>, ScaledFeature<Feature::log_e_rel>,
      ScaledFeature<Feature::delta_r>, ScaledFeature<Feature::pt_fraction>, ScaledFeature<Feature::px>,
      ScaledFeature<Feature::py>, ScaledFeature<Feature::pz>, ScaledFeature<Feature::e>, ColumnFeature>
      kind;
  bool operator==(const ConstituentFeatureConfig&) const = default;

  Feature feature() const {
    return std::visit([](const auto& scaled) { return scaled.kFeature; }, kind);
  }
  const FeatureScaling& scaling() const {
    return std::visit([](const auto& scaled) -> const FeatureScaling& { return scaled.scaling; }, kind);
  }
  /// nullptr of those that are computed.
  const ColumnFeature* column() const { return std::get_if<ColumnFeature>(&kind); }
  /// Whether both are the same quantity, however scaled.
  bool same_as(const ConstituentFeatureConfig& other) const {
    if (feature() != other.feature()) return false;
    return column() == nullptr ||
           (column()->name == other.column()->name && column()->equals == other.column()->equals);
  }
  /// For people: "eta_rel", "column charge", "column pid = 211 or -211".
  std::string text() const {
    if (column() == nullptr) return word_of(feature()).text;
    const std::string numbers = fmt::format("{}", fmt::join(column()->equals, " or "));
    return fmt::format("column {}{}", column()->name, numbers.empty() ? "" : " = " + numbers);
  }
};

struct ConstituentsConfig {
  static constexpr std::int64_t kMost = 65535;
  std::int64_t most = 128;
  ConstituentAxis axis = ConstituentAxis::jet;
  std::vector<ConstituentFeatureConfig> features{
      {ScaledFeature<ConstituentFeature::eta_rel>{}},    {ScaledFeature<ConstituentFeature::phi_rel>{}},
      {ScaledFeature<ConstituentFeature::log_pt>{}},     {ScaledFeature<ConstituentFeature::log_e>{}},
      {ScaledFeature<ConstituentFeature::log_pt_rel>{}}, {ScaledFeature<ConstituentFeature::log_e_rel>{}},
      {ScaledFeature<ConstituentFeature::delta_r>{}}};
  bool operator==(const ConstituentsConfig&) const = default;
  void fields(auto& visit) {
    visit("most", most, "so many of a jet's, the leading ones by pT; 0: all that the file has",
          rules::between(0, kMost));
    visit("axis", axis, "from where angles are measured");
    visit("features", features, "what the network sees of each constituent, in this order",
          rules::Rule{"one or more, each once", [](const auto& named) {
                        if (named.empty()) return std::string("names no feature");
                        for (std::size_t i = 0; i < named.size(); ++i) {
                          for (std::size_t k = 0; k < i; ++k) {
                            if (named[k].same_as(named[i]))
                              return fmt::format("names {} twice", named[i].text());
                          }
                        }
                        return std::string();
                      }});
  }
};

}  // namespace jetrain

#pragma once

/// \file
/// The settings of what is made of a jet: its image, that image's augmentation, and features of the whole
/// jet.

#include <cstdint>
#include <vector>

#include "core/word.hpp"

namespace jetrain {

/// What a pixel holds of its constituents.
enum class ImageChannel { pt, energy, mass, multiplicity };
constexpr Word word_of(ImageChannel channel) {
  switch (channel) {
    case ImageChannel::pt:
      return {"pt", "sum of pT, GeV"};
    case ImageChannel::energy:
      return {"energy", "sum of energies, GeV"};
    case ImageChannel::mass:
      return {"mass", "invariant mass of their sum, GeV"};
    case ImageChannel::multiplicity:
      return {"multiplicity", "their number"};
  }
  return {};
}

/// What each channel is divided by, by itself.
enum class Normalization { max, sum, none };
constexpr Word word_of(Normalization normalization) {
  switch (normalization) {
    case Normalization::max:
      return {"max", "its largest pixel"};
    case Normalization::sum:
      return {"sum", "the sum of its pixels"};
    case Normalization::none:
      return {"none", "nothing"};
  }
  return {};
}

/// Which steps are taken, and on which grid. The defaults are the notebook's preprocessing.
struct ImageConfig {
  std::int64_t bins = 40;  ///< pixels per axis, at most 255
  std::vector<ImageChannel> channels{ImageChannel::pt};
  double half_width = 0.8;  ///< the image covers [-half_width, half_width] in eta and phi (rotated frame)
  bool center = true;       ///< constituent 0 to the origin
  bool rotate = true;       ///< constituent 1 onto the positive first axis
  bool flip = false;        ///< mirror so that the half with more pT has positive second coordinate
  Normalization normalize = Normalization::max;

  bool operator==(const ImageConfig&) const = default;
};

struct AugmentationConfig {
  bool flip = false;          ///< mirror the second axis, in every other jet
  double rotate_degrees = 0;  ///< turn by a uniformly random angle, up to so many degrees to either side
  double smear = 0;     ///< move each constituent by a normal distance of this deviation, in eta and in phi
  double smear_pt = 0;  ///< multiply each constituent's momentum by a normal factor 1 +- this

  bool used() const { return flip || rotate_degrees > 0 || smear > 0 || smear_pt > 0; }
};

/// A feature of the whole jet: of the sum of the constituents' momenta, unless said otherwise; distances are
/// dR in (eta, phi). N-subjettiness (beta = 1): Thaler and Van Tilburg, JHEP 03 (2011) 015; its axes are
/// seeded by pT times the distance from those found, then pT-weighted means of their nearest constituents,
/// ten times (not the best axes).
enum class HighLevelFeature {
  mass,
  pt,
  eta,
  multiplicity,
  width,
  pt_dispersion,
  tau_1,
  tau_2,
  tau_3,
  tau_21,
  tau_32
};
constexpr Word word_of(HighLevelFeature feature) {
  switch (feature) {
    case HighLevelFeature::mass:
      return {"mass", "GeV"};
    case HighLevelFeature::pt:
      return {"pt", "GeV"};
    case HighLevelFeature::eta:
      return {"eta", "pseudorapidity"};
    case HighLevelFeature::multiplicity:
      return {"multiplicity", "constituents with pT > 0"};
    case HighLevelFeature::width:
      return {"width", "sum of pT dR to the jet axis / sum of pT"};
    case HighLevelFeature::pt_dispersion:
      return {"pt_dispersion", "sqrt(sum of pT^2) / sum of pT (CMS, PAS JME-13-002)"};
    case HighLevelFeature::tau_1:
      return {"tau_1", "N-subjettiness, sum of pT min_k dR(axis k) / sum of pT R, R = 0.8, one axis"};
    case HighLevelFeature::tau_2:
      return {"tau_2", "two axes"};
    case HighLevelFeature::tau_3:
      return {"tau_3", "three axes"};
    case HighLevelFeature::tau_21:
      return {"tau_21", "tau_2 / tau_1 (0 where that is 0)"};
    case HighLevelFeature::tau_32:
      return {"tau_32", "tau_3 / tau_2 (0 where that is 0)"};
  }
  return {};
}

}  // namespace jetrain

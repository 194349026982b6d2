#pragma once

/// \file
/// The settings of what is made of a jet: its image, that image's augmentation, and features of the whole
/// jet.

#include <cstdint>
#include <string>
#include <vector>

#include "config/rules.hpp"
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

/// Which steps are taken, and on which grid.
struct ImageConfig {
  std::int64_t version = 2;
  std::int64_t bins = 40;
  std::vector<ImageChannel> channels{ImageChannel::pt};
  double half_width = 0.8;
  bool center = true;
  bool rotate = true;
  bool flip = false;
  Normalization normalize = Normalization::max;
  void fields(auto& visit) {
    visit("version", version,
          "of the picture's definition; 2: a rotated jet's second constituent stands exactly on the first "
          "axis; "
          "1, what older models have: rounding decides on which side of it",
          rules::between(1, 2));
    visit("bins", bins, "pixels of each axis", rules::between(1, 255));
    visit("channels", channels, "what a pixel holds of its constituents, one channel each",
          rules::Rule{"one or more", [](const auto& named) {
                        return named.empty() ? std::string("names no channel; the notebook's is [pt]")
                                             : std::string();
                      }});
    visit("half_width", half_width,
          "the image covers -half_width to half_width in eta and phi (rotated frame)", rules::positive());
    visit("center", center, "leading constituent to the origin");
    visit("rotate", rotate, "second constituent onto the positive first axis");
    visit("flip", flip, "mirror, so that the half with more pT has positive second coordinate");
    visit("normalize", normalize, "what each channel is divided by");
  }

  bool operator==(const ImageConfig&) const = default;
};

struct AugmentationConfig {
  bool flip = false;
  double rotate_degrees = 0;
  double smear = 0;
  double smear_pt = 0;
  double drop = 0;
  void fields(auto& visit) {
    visit("flip", flip, "mirror the second axis, in every other jet");
    visit("rotate_degrees", rotate_degrees, "turn by a uniformly random angle, up to so much to either side",
          rules::between(0, 180));
    visit("smear", smear, "move constituents by a normal distance of this deviation, in eta and in phi",
          rules::at_least(0));
    visit("smear_pt", smear_pt, "multiply their momenta by a normal factor 1 +- this", rules::fraction());
    visit("drop", drop,
          "leave out each constituent but the leading one with this probability; needs `input: constituents`",
          rules::fraction());
  }

  bool used() const { return flip || rotate_degrees > 0 || smear > 0 || smear_pt > 0 || drop > 0; }
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

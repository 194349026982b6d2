#pragma once

/// \file
/// The settings of what is made of a jet: its image, that image's augmentation, and features of the whole
/// jet.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace jetrain {

/// What a pixel may hold: the sum of its constituents' pT or energy (GeV), the invariant mass of their sum
/// (GeV), or their number.
inline constexpr std::array<const char*, 4> kImageChannels{"pt", "energy", "mass", "multiplicity"};

/// Which steps are taken, and on which grid. The defaults are the notebook's preprocessing.
struct ImageConfig {
  std::int64_t bins = 40;                   ///< pixels per axis, at most 255
  std::vector<std::string> channels{"pt"};  ///< of kImageChannels
  double half_width = 0.8;  ///< the image covers [-half_width, half_width] in eta and phi (rotated frame)
  bool center = true;       ///< constituent 0 to the origin
  bool rotate = true;       ///< constituent 1 onto the positive first axis
  bool flip = false;        ///< mirror so that the half with more pT has positive second coordinate
  /// Of each channel by itself. max: divide by the largest pixel; sum: by the sum of pixels; none.
  std::string normalize = "max";

  bool operator==(const ImageConfig&) const = default;
};

struct AugmentationConfig {
  bool flip = false;          ///< mirror the second axis, in every other jet
  double rotate_degrees = 0;  ///< turn by a uniformly random angle, up to so many degrees to either side
  double smear = 0;     ///< move each constituent by a normal distance of this deviation, in eta and in phi
  double smear_pt = 0;  ///< multiply each constituent's momentum by a normal factor 1 +- this

  bool used() const { return flip || rotate_degrees > 0 || smear > 0 || smear_pt > 0; }
};

/// Of the sum of the constituents' momenta, unless said otherwise; distances are dR in (eta, phi):
///   mass, pt        GeV
///   eta             pseudorapidity
///   multiplicity    constituents with pT > 0
///   width           sum of pT dR to the jet axis / sum of pT
///   pt_dispersion   sqrt(sum of pT^2) / sum of pT (CMS, PAS JME-13-002)
///   tau_1 ... tau_3 N-subjettiness with beta = 1, sum of pT min_k dR(axis k) / sum of pT R, R = 0.8 (Thaler
///   and
///                   Van Tilburg, JHEP 03 (2011) 015). Axes: seeded by pT times the distance from those
///                   found, then pT-weighted means of their nearest constituents, ten times (not the best
///                   axes).
///   tau_21, tau_32  their ratios (0 where the divisor is 0)
inline constexpr std::array<const char*, 11> kHighLevelFeatures{
    "mass",  "pt",    "eta",   "multiplicity", "width", "pt_dispersion",
    "tau_1", "tau_2", "tau_3", "tau_21",       "tau_32"};

}  // namespace jetrain

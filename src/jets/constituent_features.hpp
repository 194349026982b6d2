#pragma once

/// \file
/// What a network sees of each constituent of a jet (Qu, Li, Qian 2022, and the convert scripts of
/// jet-universe/particle_transformer; Komiske, Metodiev, Thaler 2019 for the weighted mean).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/constituents.hpp"

namespace jetrain {

/// Stateless after construction; one object may serve all threads.
///
/// With the axis (eta_a, phi_a), of `axis: jet` the sum over all constituents of the file, of `leading` the
/// first one:
///
///     deta = eta - eta_a, of the axis `jet` times the sign of eta_a (that of 0 is 1)
///     dphi = phi - phi_a, wrapped to [-pi, pi)
///
/// `weighted_mean` has those of `jet` less their means with the weights pt_fraction. delta_r is
/// hypot(deta, dphi), pt_fraction pT / (sum of pT over the rows given), log_pt_rel and log_e_rel the
/// logarithms of pT and E over those of the sum over all. A feature x becomes (x - shift) scale, held between
/// -clip and clip. A column of the files is itself, or with `equals` 1 where it is one of those numbers, else
/// 0.
///
/// All is computed in double and rounded once, by functions of our own (jets/elementary.hpp), in an order of
/// operations that no vector width changes. pT and E count as 1e-8 GeV at least, so that all is finite: what
/// flies along the beam has |eta| = asinh(|pz| / 1e-8).
class ConstituentFeatures {
 public:
  /// `columns`: names of what stands behind the momenta, in that order. std::logic_error where a feature is
  /// of a column that is not there.
  explicit ConstituentFeatures(const ConstituentsConfig& config,
                               const std::vector<std::string>& columns = {});

  /// What is wanted, and where to: a row a constituent, `..._stride` floats from row to row, those behind the
  /// values set to 0. Null: not wanted.
  struct Outputs {
    float* features = nullptr;  ///< (n, features()), in the config's order, shifted, scaled and clipped
    std::int64_t feature_stride = 0;
    float* angles = nullptr;  ///< (n, 2): deta, dphi as they are
    std::int64_t angle_stride = 2;
    float* pt_fractions = nullptr;  ///< (n, 1), as they are
    std::int64_t fraction_stride = 1;
  };

  std::int64_t features() const noexcept { return static_cast<std::int64_t>(scaled_.size()); }

  /// `constituents` (n, width): E, px, py, pz in GeV, then the columns, by falling pT; `jet` (4): momenta's
  /// like, of the sum over all constituents.
  void compute(std::span<const float> constituents, std::int64_t width, std::span<const float> jet,
               const Outputs& to) const;

 private:
  struct Scaled {
    ConstituentFeature feature;
    FeatureScaling scaling;
    std::int64_t place = 0;            ///< in a constituent's row, of a column
    std::vector<std::int64_t> equals;  ///< of a column
  };
  static void read_column(const Scaled& wanted, std::span<const float> constituents, std::int64_t width,
                          double* values);

  std::vector<Scaled> scaled_;
  ConstituentAxis axis_;
};

/// The point about which a jet is augmented, in detector coordinates: its axis. Of `weighted_mean`, the mean
/// itself. (0, 0) where there is no constituent.
struct AxisPoint {
  double eta = 0;
  double phi = 0;  ///< radians, perhaps beyond -pi or pi
};
AxisPoint axis_point(ConstituentAxis axis, std::span<const float> constituents, std::int64_t width,
                     std::span<const float> jet);

}  // namespace jetrain

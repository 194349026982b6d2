#pragma once

/// \file
/// From the quantities that files give of a constituent to its momentum.

#include <cstdint>
#include <span>

#include "config/jet_presets.hpp"

namespace jetrain {

/// A jet as a whole, in the file's unit and radians.
struct JetAxis {
  double pt = 0;
  double eta = 0;
  double phi = 0;
  double mass = 0;
};

/// Stateless after construction; one object may serve all threads.
///
///     px = pT cos phi,  py = pT sin phi,  pz = pT sinh eta
///     E  = pT cosh eta (massless),  or sqrt(|p|^2 + m |m|) (of the mass; negative ones as ROOT has them)
///
/// Relative ones first become eta + eta_jet and phi + phi_jet, and shares pT pT_jet and E E_jet with
/// E_jet = sqrt((pT_jet cosh eta_jet)^2 + m_jet^2); logarithms, exponentials. All is computed in double and
/// rounded once, by functions of our own (jets/elementary.hpp).
class MomentumMaker {
 public:
  explicit MomentumMaker(const JetMapping& mapping);

  /// Quantities a constituent: of pt, eta, phi without energy or mass three, else four.
  std::int64_t quantities() const noexcept { return quantities_; }

  /// So many places, of whose `first` quantity these are the values, can hold constituents; those behind have
  /// no pT.
  std::int64_t places(std::span<const double> first) const;

  /// `columns`: of each quantity its values (n), in the order of JetMapping::momentum_references(). `momenta`
  /// (n, 4): E, px, py, pz in GeV. Zeros where all quantities, or pT, are 0; NaN in all four where all are
  /// NaN or pT is negative: both are padding (jets/constituent_set.hpp). NaN in E alone where a quantity, or
  /// the momentum, is not finite otherwise, where the energy would be the root of a negative number, and of
  /// shares of a jet without pT.
  void make(std::span<const double* const> columns, const JetAxis& jet, std::span<float> momenta) const;

 private:
  MomentumColumns columns_;
  RelativeTo relative_to_;
  bool logarithms_;
  double per_gev_;  ///< the file's units in a GeV
  std::int64_t quantities_;
};

}  // namespace jetrain

#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace jetrain {

/// A four-momentum in GeV.
struct FourVector {
  double energy = 0;
  double px = 0;
  double py = 0;
  double pz = 0;

  FourVector& operator+=(const FourVector& other) noexcept {
    energy += other.energy;
    px += other.px;
    py += other.py;
    pz += other.pz;
    return *this;
  }
  friend FourVector operator+(FourVector a, const FourVector& b) noexcept { return a += b; }
  friend FourVector operator-(const FourVector& a, const FourVector& b) noexcept {
    return {a.energy - b.energy, a.px - b.px, a.py - b.py, a.pz - b.pz};
  }

  double pt() const noexcept { return std::sqrt(px * px + py * py); }
  double eta() const noexcept { return std::asinh(pz / pt()); }
  double phi() const noexcept { return std::atan2(py, px); }
  double mass() const noexcept {
    return std::sqrt(std::max(0.0, energy * energy - px * px - py * py - pz * pz));
  }
};

/// A massless momentum from transverse momentum (GeV), pseudorapidity and azimuth (radians).
inline FourVector massless(double pt_gev, double eta, double phi) noexcept {
  const double growth = std::exp(eta);
  return {pt_gev * 0.5 * (growth + 1.0 / growth), pt_gev * std::cos(phi), pt_gev * std::sin(phi),
          pt_gev * 0.5 * (growth - 1.0 / growth)};
}

/// A difference of azimuths, wrapped to [-pi, pi].
inline double wrapped(double angle) noexcept {
  return std::remainder(angle, 2.0 * std::numbers::pi);
}

/// Distance in the (eta, phi) plane.
inline double distance(const FourVector& a, const FourVector& b) noexcept {
  return std::hypot(a.eta() - b.eta(), wrapped(a.phi() - b.phi()));
}

/// A Lorentz boost without rotation: from the rest frame of a momentum to the frame in which it is given.
class Boost {
 public:
  explicit Boost(const FourVector& frame) noexcept : Boost(frame, frame.mass()) {}
  Boost(const FourVector& frame, double mass_gev) noexcept
      : gamma_(frame.energy / mass_gev),
        x_(frame.px / mass_gev),
        y_(frame.py / mass_gev),
        z_(frame.pz / mass_gev) {}
  Boost inverse() const noexcept { return Boost(gamma_, -x_, -y_, -z_); }

  FourVector operator()(const FourVector& p) const noexcept {
    const double along = x_ * p.px + y_ * p.py + z_ * p.pz;
    const double shift = p.energy + along / (gamma_ + 1.0);
    return {gamma_ * p.energy + along, p.px + x_ * shift, p.py + y_ * shift, p.pz + z_ * shift};
  }

 private:
  Boost(double gamma, double x, double y, double z) noexcept : gamma_(gamma), x_(x), y_(y), z_(z) {}
  double gamma_;
  double x_;  ///< gamma * beta
  double y_;
  double z_;
};

}  // namespace jetrain

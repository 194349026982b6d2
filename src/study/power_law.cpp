#include "study/power_law.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace jetrain {
namespace {

struct Fit {
  PowerLaw law;
  double squares = std::numeric_limits<double>::infinity();
};

double squares_of(const PowerLaw& law, std::span<const SizedError> points, std::span<const double> weights) {
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double distance = points[i].error - law.at(points[i].jets);
    sum += weights[i] * distance * distance;
  }
  return sum;
}

/// Floor and scale for one exponent: linear least squares, both at least 0.
Fit fit_linear(double exponent, std::span<const SizedError> points, std::span<const double> weights,
               bool with_floor) {
  double w = 0, wx = 0, wxx = 0, wy = 0, wxy = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double x = std::pow(points[i].jets, -exponent);
    w += weights[i];
    wx += weights[i] * x;
    wxx += weights[i] * x * x;
    wy += weights[i] * points[i].error;
    wxy += weights[i] * x * points[i].error;
  }
  const PowerLaw without{0, wxy / wxx, exponent};
  Fit best{without, squares_of(without, points, weights)};
  const double determinant = w * wxx - wx * wx;
  if (!with_floor || !(determinant > 0)) return best;
  const PowerLaw with{(wxx * wy - wx * wxy) / determinant, (w * wxy - wx * wy) / determinant, exponent};
  if (with.floor < 0 || with.scale < 0) return best;
  const double squares = squares_of(with, points, weights);
  if (squares < best.squares) best = {with, squares};
  return best;
}

}  // namespace

double PowerLaw::at(double jets) const {
  return floor + scale * std::pow(jets, -exponent);
}

std::optional<PowerLaw> fit_power_law(std::span<const SizedError> points) {
  std::set<double> sizes;
  std::vector<double> weights;
  for (const SizedError& point : points) {
    sizes.insert(point.jets);
    const double sigma = point.sigma > 0 ? point.sigma : point.error;
    weights.push_back(1 / (sigma * sigma));
  }
  if (sizes.size() < 2) return std::nullopt;
  Fit best;
  constexpr double kLargestExponent = 3;
  constexpr int kSteps = 3000;
  for (int step = 1; step <= kSteps; ++step) {
    const double exponent = kLargestExponent * step / kSteps;
    const Fit fit = fit_linear(exponent, points, weights, sizes.size() > 2);
    if (fit.squares < best.squares) best = fit;
  }
  return best.law;
}

Extrapolated extrapolate(std::span<const SizedError> points, double jets) {
  Extrapolated result;
  const std::optional<PowerLaw> law = fit_power_law(points);
  if (!law) return result;
  result.error = law->at(jets);
  if (points.size() < 4) return result;
  result.low = result.high = result.error;
  for (std::size_t out = 0; out < points.size(); ++out) {
    std::vector<SizedError> others(points.begin(), points.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(out));
    const std::optional<PowerLaw> other = fit_power_law(others);
    if (!other) continue;
    result.low = std::min(result.low, other->at(jets));
    result.high = std::max(result.high, other->at(jets));
  }
  return result;
}

}  // namespace jetrain

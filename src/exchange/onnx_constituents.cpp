#include "exchange/onnx_constituents.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace jetrain {
namespace {

constexpr OnnxType kDouble = OnnxType::float64;
constexpr double kSmallestMomentum = 1e-8;  // GeV; pT and E count as that at least

OnnxTensor bounded(const OnnxTensor& gev) {
  return larger_of(gev, kSmallestMomentum);
}

/// Momenta (N, places, 4) in float64, number by number: (N, places).
struct Columns {
  explicit Columns(const OnnxTensor& momenta)
      : e(at(momenta, 0, 2)), px(at(momenta, 1, 2)), py(at(momenta, 2, 2)), pz(at(momenta, 3, 2)) {}
  OnnxTensor squared_pt() const { return px * px + py * py; }
  OnnxTensor e, px, py, pz;
};

/// Where momenta point to. The azimuth is kept as its cosine and sine: the difference of two then is one arc
/// tangent, and accurate however small it is.
struct Directions {
  explicit Directions(const Columns& of) : pt(square_root(of.squared_pt())) {
    const OnnxTensor transverse = bounded(pt);
    const OnnxTensor along = absolute(of.pz);
    const OnnxTensor p = square_root(transverse * transverse + of.pz * of.pz);
    const OnnxTensor size = logarithm((p + along) / transverse);
    eta = where(of.pz < 0, -size, size);
    const OnnxTensor has_azimuth = pt > 0;
    const OnnxTensor divisor = where(has_azimuth, pt, 1);
    cosine = where(has_azimuth, of.px / divisor, 1);
    sine = of.py / divisor;
  }
  OnnxTensor pt, eta, cosine, sine;
};

OnnxTensor azimuth_from(const Directions& axis, const Directions& x) {
  return angle_of(x.sine * axis.cosine - x.cosine * axis.sine, x.cosine * axis.cosine + x.sine * axis.sine);
}

/// All that is known of the places, in float64, (N, P), and of the jet, (N, 1).
struct Jet {
  Columns of;
  Columns sum;
  Directions directions;
  OnnxTensor deta, dphi, fraction;
  std::vector<OnnxTensor> further;  ///< columns of the files
};

OnnxTensor fractions_of(const OnnxTensor& pt) {
  const OnnxTensor sum = sum_over(pt, 1);
  return pt / where(sum > 0, sum, 1);
}

void find_angles(ConstituentAxis axis, Jet& jet) {
  const Directions& all = jet.directions;
  if (axis == ConstituentAxis::leading) {
    const auto first = [](const OnnxTensor& x) { return part_of(x, 0, 1, 1); };
    Directions leading = all;
    for (OnnxTensor* each : {&leading.eta, &leading.cosine, &leading.sine}) *each = first(*each);
    jet.deta = all.eta - leading.eta;
    jet.dphi = azimuth_from(leading, all);
    return;
  }
  const Directions whole(jet.sum);
  const OnnxTensor right = all.eta - whole.eta;
  jet.deta = where(whole.eta < 0, -right, right);
  jet.dphi = azimuth_from(whole, all);
  if (axis == ConstituentAxis::jet) return;
  jet.deta = jet.deta - sum_over(jet.fraction * jet.deta, 1);
  jet.dphi = jet.dphi - sum_over(jet.fraction * jet.dphi, 1);
}

/// As it is, or 1 where it is one of some numbers, else 0.
OnnxTensor column_feature(const ColumnFeature& wanted, const OnnxTensor& x) {
  if (wanted.equals.empty()) return x;
  OnnxTensor found = equal(x, static_cast<double>(wanted.equals.front()));
  for (const std::int64_t number : std::span(wanted.equals).subspan(1))
    found = found || equal(x, static_cast<double>(number));
  return cast(found, kDouble);
}

OnnxTensor feature_of(const ConstituentFeatureConfig& wanted, const ModelInput& input, const Jet& jet) {
  switch (wanted.feature()) {
    case ConstituentFeature::eta_rel:
      return jet.deta;
    case ConstituentFeature::phi_rel:
      return jet.dphi;
    case ConstituentFeature::log_pt:
      return logarithm(bounded(jet.directions.pt));
    case ConstituentFeature::log_e:
      return logarithm(bounded(jet.of.e));
    case ConstituentFeature::log_pt_rel:
      return logarithm(bounded(jet.directions.pt) / bounded(square_root(jet.sum.squared_pt())));
    case ConstituentFeature::log_e_rel:
      return logarithm(bounded(jet.of.e) / bounded(jet.sum.e));
    case ConstituentFeature::delta_r:
      return square_root(jet.deta * jet.deta + jet.dphi * jet.dphi);
    case ConstituentFeature::pt_fraction:
      return jet.fraction;
    case ConstituentFeature::px:
      return jet.of.px;
    case ConstituentFeature::py:
      return jet.of.py;
    case ConstituentFeature::pz:
      return jet.of.pz;
    case ConstituentFeature::e:
      return jet.of.e;
    case ConstituentFeature::column: {
      const std::vector<std::string>& names = input.constituent_columns;
      const auto place = std::find(names.begin(), names.end(), wanted.column()->name) - names.begin();
      return column_feature(*wanted.column(), jet.further.at(static_cast<std::size_t>(place)));
    }
  }
  throw std::logic_error("no such feature");
}

OnnxTensor scaled(const OnnxTensor& x, const FeatureScaling& scaling) {
  OnnxTensor y = x;
  if (scaling.shift != 0) y = y - scaling.shift;
  if (scaling.scale != 1) y = y * scaling.scale;
  if (scaling.clip == 0) return y;
  const OnnxTensor clip = y.formula->number(scaling.clip, kDouble);
  return larger_of(smaller_of(y, clip), -clip);
}

/// (N, P) each, to (N, P, columns) in float32.
OnnxTensor beside_another(const std::vector<OnnxTensor>& columns) {
  std::vector<OnnxTensor> parts;
  for (const OnnxTensor& column : columns) parts.push_back(with_axis(column, 2));
  return cast(joined(parts, 2), OnnxType::float32);
}

/// The same with places behind, so many (one integer), which hold `value`; `axes` that x has.
OnnxTensor padded(const OnnxTensor& x, const OnnxTensor& places, std::size_t axes, double value) {
  OnnxFormula& f = *x.formula;
  const OnnxTensor before = f.integers(std::vector<std::int64_t>(axes + 1, 0));
  std::vector<OnnxTensor> pads{before, places};
  if (axes > 2) pads.push_back(f.integers(std::vector<std::int64_t>(axes - 2, 0)));
  return f.apply("Pad", {x, joined(pads, 0), f.number(value, x.type)});
}

/// The constituents that come in, in their order, others all 0; and which they are.
struct Incoming {
  OnnxTensor momenta;  ///< (N, P, 4), float64
  OnnxTensor columns;  ///< (N, P, columns), likewise; nothing where there are none
  OnnxTensor present;  ///< (N, P)
};

Incoming add_inputs(OnnxGraph& graph, OnnxFormula& formula, const std::vector<std::string>& columns) {
  graph.input("momenta", std::array{kOnnxPlaces, std::int64_t{4}},
              "E, px, py, pz of each constituent in GeV, in any order");
  graph.input("mask", std::array{kOnnxPlaces},
              "above 0 where there is a constituent; what stands elsewhere is not looked at, and neither is "
              "what has no energy above 0");
  const OnnxTensor momenta = formula.tensor("momenta");
  const OnnxTensor present = (formula.tensor("mask") > 0) && (at(momenta, 0, 2) > 0);
  const auto where_present = [&](const OnnxTensor& x) {
    return cast(where(with_axis(present, 2), x, 0), kDouble);
  };
  Incoming incoming{where_present(momenta), {}, present};
  if (columns.empty()) return incoming;
  graph.input("columns", std::array{kOnnxPlaces, std::ssize(columns)},
              fmt::format("of each constituent, by the same places: {}", fmt::join(columns, ", ")));
  incoming.columns = where_present(formula.tensor("columns"));
  return incoming;
}

}  // namespace

OnnxConstituents add_constituents(OnnxGraph& graph, OnnxFormula& formula, const ModelInput& input,
                                  std::int64_t least) {
  const ConstituentsConfig& config = input.constituents;
  const Incoming incoming = add_inputs(graph, formula, input.constituent_columns);
  // The sum over all is kept in float32 with each jet.
  const OnnxTensor sum = cast(cast(sum_over(incoming.momenta, 1), OnnxType::float32), kDouble);

  OnnxTensor places = size_of(incoming.momenta, 1);
  if (config.most > 0) places = smaller_of(places, formula.integers({config.most}));
  const OnnxTensor key = where(incoming.present, Columns(incoming.momenta).squared_pt(), -1);
  const OnnxFormula::Ranked by_pt = formula.top(key, places, true);
  const OnnxTensor missing = larger_of(formula.integers({least}) - places, formula.integers({0}));
  const OnnxTensor momenta = padded(places_of(incoming.momenta, by_pt.indices), missing, 3, 0);
  const OnnxTensor present = padded(by_pt.values, missing, 2, -1) > -0.5;

  const Columns columns(momenta);
  Jet jet{columns, Columns(sum), Directions(columns), {}, {}, {}, {}};
  jet.fraction = fractions_of(jet.directions.pt);
  find_angles(config.axis, jet);

  if (!input.constituent_columns.empty()) {
    const OnnxTensor further = padded(places_of(incoming.columns, by_pt.indices), missing, 3, 0);
    for (std::int64_t i = 0; i < std::ssize(input.constituent_columns); ++i)
      jet.further.push_back(at(further, i, 2));
  }

  std::vector<OnnxTensor> features;
  for (const ConstituentFeatureConfig& wanted : config.features)
    features.push_back(scaled(feature_of(wanted, input, jet), wanted.scaling()));
  return {.present = present,
          .features = beside_another(features),
          .momenta = cast(momenta, OnnxType::float32),
          .angles = beside_another({jet.deta, jet.dphi}),
          .pt_fraction = beside_another({jet.fraction})};
}

}  // namespace jetrain

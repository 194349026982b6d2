#include "jets/constituent_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "jets/angles.hpp"
#include "jets/constituent_set.hpp"
#include "jets/directions.hpp"

namespace jetrain {
namespace {

/// A jet's constituents, one array a quantity: n numbers each, of GeV and radians.
struct Columns {
  explicit Columns(std::int64_t constituents) : n(constituents) {
    static thread_local std::vector<double> room;
    constexpr std::int64_t kColumns = 9;
    const std::int64_t each = (n + 7) / 8 * 8;
    if (std::ssize(room) < kColumns * each) room.resize(static_cast<std::size_t>(kColumns * each));
    double* next = room.data();
    for (double** column : {&e, &px, &py, &pz, &pt, &deta, &dphi, &fraction, &value}) {
      *column = next;
      next += each;
    }
  }

  std::int64_t n;
  double *e, *px, *py, *pz, *pt;
  double *deta, *dphi;  ///< from the axis
  double* fraction;
  double* value;  ///< room
};

/// The sum over all constituents.
struct JetSum {
  explicit JetSum(std::span<const float> jet)
      : e(static_cast<double>(jet[0])),
        pt(std::sqrt(static_cast<double>(jet[1]) * static_cast<double>(jet[1]) +
                     static_cast<double>(jet[2]) * static_cast<double>(jet[2]))),
        axis{pseudorapidity(pt, static_cast<double>(jet[3])),
             azimuth(static_cast<double>(jet[2]), static_cast<double>(jet[1]))} {}
  double e;
  double pt;
  AxisPoint axis;
};

void read_momenta(std::span<const float> constituents, std::int64_t width, const Columns& columns) {
  const float* row = constituents.data();
  for (std::int64_t i = 0; i < columns.n; ++i, row += width) {
    columns.e[i] = static_cast<double>(row[0]);
    columns.px[i] = static_cast<double>(row[1]);
    columns.py[i] = static_cast<double>(row[2]);
    columns.pz[i] = static_cast<double>(row[3]);
  }
#pragma omp simd
  for (std::int64_t i = 0; i < columns.n; ++i)
    columns.pt[i] = std::sqrt(columns.px[i] * columns.px[i] + columns.py[i] * columns.py[i]);
}

/// The sum goes over the constituents in their order.
void find_fractions(const Columns& columns) {
  double sum = 0;
  for (std::int64_t i = 0; i < columns.n; ++i) sum += columns.pt[i];
  const double divisor = sum > 0 ? sum : 1.0;
#pragma omp simd
  for (std::int64_t i = 0; i < columns.n; ++i) columns.fraction[i] = columns.pt[i] / divisor;
}

/// deta and dphi from `axis`; `sign` turns deta.
void find_angles(const Columns& columns, const AxisPoint& axis, double sign) {
  const AxisPoint from = axis;  // a copy: no store can change it
#pragma omp simd
  for (std::int64_t i = 0; i < columns.n; ++i) {
    columns.deta[i] = (pseudorapidity(columns.pt[i], columns.pz[i]) - from.eta) * sign;
    columns.dphi[i] = wrapped_azimuth(azimuth(columns.py[i], columns.px[i]) - from.phi);
  }
}

/// The weighted mean of the angles; the sums go over the constituents in their order.
AxisPoint mean_angles(const Columns& columns) {
  AxisPoint mean;
  for (std::int64_t i = 0; i < columns.n; ++i) {
    mean.eta += columns.fraction[i] * columns.deta[i];
    mean.phi += columns.fraction[i] * columns.dphi[i];
  }
  return mean;
}

double sign_of(const AxisPoint& axis) {
  return axis.eta < 0 ? -1.0 : 1.0;
}

AxisPoint leading_axis(const Columns& columns) {
  if (columns.n == 0) return {};
  return {pseudorapidity(columns.pt[0], columns.pz[0]), azimuth(columns.py[0], columns.px[0])};
}

void find_angles(const Columns& columns, ConstituentAxis axis, const JetSum& jet) {
  switch (axis) {
    case ConstituentAxis::jet:
      find_angles(columns, jet.axis, sign_of(jet.axis));
      return;
    case ConstituentAxis::leading:
      find_angles(columns, leading_axis(columns), 1.0);
      return;
    case ConstituentAxis::weighted_mean:
      find_angles(columns, jet.axis, sign_of(jet.axis));
      const AxisPoint mean = mean_angles(columns);
#pragma omp simd
      for (std::int64_t i = 0; i < columns.n; ++i) {
        columns.deta[i] -= mean.eta;
        columns.dphi[i] -= mean.phi;
      }
      return;
  }
}

/// Fills `value` with value_of(i), for each constituent.
template <class ValueOf>
void fill(const Columns& columns, const ValueOf& value_of) {
#pragma omp simd
  for (std::int64_t i = 0; i < columns.n; ++i) columns.value[i] = value_of(i);
}

/// The feature of each constituent, as it is: in `value`, or one of the other columns.
const double* find_feature(ConstituentFeature feature, const Columns& columns, const JetSum& jet) {
  const Columns c = columns;
  const double jet_pt = bounded_momentum(jet.pt);
  const double jet_e = bounded_momentum(jet.e);
  switch (feature) {
    case ConstituentFeature::eta_rel:
      return c.deta;
    case ConstituentFeature::phi_rel:
      return c.dphi;
    case ConstituentFeature::log_pt:
      fill(c, [c](std::int64_t i) { return logarithm(bounded_momentum(c.pt[i])); });
      return c.value;
    case ConstituentFeature::log_e:
      fill(c, [c](std::int64_t i) { return logarithm(bounded_momentum(c.e[i])); });
      return c.value;
    case ConstituentFeature::log_pt_rel:
      fill(c, [c, jet_pt](std::int64_t i) { return logarithm(bounded_momentum(c.pt[i]) / jet_pt); });
      return c.value;
    case ConstituentFeature::log_e_rel:
      fill(c, [c, jet_e](std::int64_t i) { return logarithm(bounded_momentum(c.e[i]) / jet_e); });
      return c.value;
    case ConstituentFeature::delta_r:
      fill(c, [c](std::int64_t i) { return std::sqrt(c.deta[i] * c.deta[i] + c.dphi[i] * c.dphi[i]); });
      return c.value;
    case ConstituentFeature::pt_fraction:
      return c.fraction;
    case ConstituentFeature::px:
      return c.px;
    case ConstituentFeature::py:
      return c.py;
    case ConstituentFeature::pz:
      return c.pz;
    case ConstituentFeature::e:
      return c.e;
    case ConstituentFeature::column:
      break;
  }
  return c.value;
}

/// Shifted, scaled, clipped, and rounded: to each row's float at `to`.
void write(const double* values, std::int64_t n, const FeatureScaling& scaling, std::int64_t stride,
           float* to) {
  const double clip = scaling.clip > 0 ? scaling.clip : std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = (values[i] - scaling.shift) * scaling.scale;
    const double low = x > clip ? clip : x;
    to[i * stride] = static_cast<float>(low < -clip ? -clip : low);
  }
}

/// What stands behind a row's `used` floats.
void clear_padding(float* rows, std::int64_t n, std::int64_t used, std::int64_t stride) {
  for (std::int64_t i = 0; i < n; ++i) std::fill(rows + i * stride + used, rows + (i + 1) * stride, 0.0F);
}

}  // namespace

ConstituentFeatures::ConstituentFeatures(const ConstituentsConfig& config,
                                         const std::vector<std::string>& columns)
    : axis_(config.axis) {
  for (const ConstituentFeatureConfig& wanted : config.features) {
    scaled_.push_back({wanted.feature(), wanted.scaling(), 0, {}});
    const ColumnFeature* const column = wanted.column();
    if (column == nullptr) continue;
    const auto found = std::find(columns.begin(), columns.end(), column->name);
    if (found == columns.end()) throw std::logic_error("there is no column " + column->name);
    scaled_.back().place = kMomentumColumns + (found - columns.begin());
    scaled_.back().equals = column->equals;
  }
}

/// The column of each constituent: as it is, or whether it is what is asked for.
void ConstituentFeatures::read_column(const Scaled& wanted, std::span<const float> constituents,
                                      std::int64_t width, double* values) {
  const float* at = constituents.data() + wanted.place;
  for (std::size_t i = 0; i < constituents.size(); i += static_cast<std::size_t>(width), at += width) {
    const auto x = static_cast<double>(*at);
    const bool equal = std::any_of(wanted.equals.begin(), wanted.equals.end(),
                                   [x](std::int64_t number) { return x == static_cast<double>(number); });
    *values++ = wanted.equals.empty() ? x : equal ? 1.0 : 0.0;
  }
}

void ConstituentFeatures::compute(std::span<const float> constituents, std::int64_t width,
                                  std::span<const float> jet, const Outputs& to) const {
  const Columns columns(std::ssize(constituents) / width);
  if (columns.n == 0) return;
  const JetSum sum(jet);
  read_momenta(constituents, width, columns);
  find_fractions(columns);
  find_angles(columns, axis_, sum);
  if (to.features != nullptr) {
    for (std::int64_t f = 0; f < features(); ++f) {
      const Scaled& wanted = scaled_[static_cast<std::size_t>(f)];
      const double* values = columns.value;
      if (wanted.feature == ConstituentFeature::column) {
        read_column(wanted, constituents, width, columns.value);
      } else {
        values = find_feature(wanted.feature, columns, sum);
      }
      write(values, columns.n, wanted.scaling, to.feature_stride, to.features + f);
    }
    clear_padding(to.features, columns.n, features(), to.feature_stride);
  }
  if (to.angles != nullptr) {
    write(columns.deta, columns.n, {}, to.angle_stride, to.angles);
    write(columns.dphi, columns.n, {}, to.angle_stride, to.angles + 1);
    clear_padding(to.angles, columns.n, 2, to.angle_stride);
  }
  if (to.pt_fractions != nullptr) {
    write(columns.fraction, columns.n, {}, to.fraction_stride, to.pt_fractions);
    clear_padding(to.pt_fractions, columns.n, 1, to.fraction_stride);
  }
}

AxisPoint axis_point(ConstituentAxis axis, std::span<const float> constituents, std::int64_t width,
                     std::span<const float> jet) {
  const Columns columns(std::ssize(constituents) / width);
  if (columns.n == 0) return {};
  const JetSum sum(jet);
  read_momenta(constituents, width, columns);
  switch (axis) {
    case ConstituentAxis::jet:
      return sum.axis;
    case ConstituentAxis::leading:
      return leading_axis(columns);
    case ConstituentAxis::weighted_mean:
      break;
  }
  find_fractions(columns);
  find_angles(columns, sum.axis, 1.0);
  const AxisPoint mean = mean_angles(columns);
  return {sum.axis.eta + mean.eta, sum.axis.phi + mean.phi};
}

}  // namespace jetrain

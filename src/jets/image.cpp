#include "jets/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <vector>

#include "core/random.hpp"
#include "jetrain/error.hpp"
#include "jets/angles.hpp"
#include "jets/augmentation.hpp"

namespace jetrain {
namespace {

/// Constituents are looked at in groups, so that all loops have whole vectors to work on.
constexpr std::int64_t kGroup = 8;
static_assert(kConstituents % kGroup == 0);
static_assert(kCloud.rows == kConstituents);

constexpr std::uint32_t kMagnitude = 0x7fffffff;
constexpr std::uint32_t kInfinity = 0x7f800000;

/// A jet's constituents, one array a quantity. Angles are float32 like the data, coordinates in the image
/// double: numpy's types in the reference.
struct Jet {
  alignas(64) float pt[kConstituents];   // GeV
  alignas(64) float eta[kConstituents];  // pseudorapidity
  alignas(64) float phi[kConstituents];  // radians
  alignas(64) double u[kConstituents];
  alignas(64) double w[kConstituents];
  alignas(64) std::int32_t pixel[kConstituents];  // -1: adds nothing
  float momentum[4][kConstituents];               // E, px, py, pz (GeV), where a channel asks for them
  std::int64_t count = 0;                         // constituents up to the padding, in whole groups
};

/// Finds where the padding starts; false where a momentum is NaN or infinite. Whole groups.
bool measure(std::span<const float> constituents, Jet& jet) {
  const float* const momenta = constituents.data();
  const std::int64_t count = std::ssize(constituents) / 4;
  std::uint32_t largest = 0;
  jet.count = 0;
  for (std::int64_t first = 0; first < count; first += kGroup) {
    std::uint32_t in_group = 0;
#pragma omp simd reduction(max : in_group)
    for (std::int64_t i = 4 * first; i < 4 * (first + kGroup); ++i)
      in_group = std::max(in_group, std::bit_cast<std::uint32_t>(momenta[i]) & kMagnitude);
    largest = std::max(largest, in_group);
    if (in_group != 0) jet.count = first + kGroup;
  }
  return largest < kInfinity;
}

/// Step 1: pT = sqrt(px^2 + py^2), eta = atanh(pz / |p|), phi = atan2(py, px). False where a square
/// overflows.
bool to_detector_coordinates(const float* momenta, Jet& jet) {
  float largest = 0;
#pragma omp simd reduction(max : largest)
  for (std::int64_t i = 0; i < jet.count; ++i) {
    const float px = momenta[4 * i + 1];
    const float py = momenta[4 * i + 2];
    const float pz = momenta[4 * i + 3];
    const float pt = std::sqrt(px * px + py * py);
    const float p = std::sqrt(pt * pt + pz * pz);
    jet.pt[i] = pt;
    jet.eta[i] = area_tangent(p > 0 ? pz / p : 0.0f);
    jet.phi[i] = azimuth(py, px);
    largest = p > largest ? p : largest;
  }
  return std::isfinite(largest);
}

/// Step 2: constituent 0 to the origin; differences of phi wrapped to [-pi, pi) by way of numpy's `mod`.
void center(Jet& jet) {
  constexpr float kPi = std::numbers::pi_v<float>;
  const float eta_0 = jet.eta[0];
  const float phi_0 = jet.phi[0];
#pragma omp simd
  for (std::int64_t i = 0; i < jet.count; ++i) {
    jet.eta[i] -= eta_0;
    float turned = jet.phi[i] - phi_0 + kPi;
    turned = turned < 0 ? turned + 2 * kPi : turned >= 2 * kPi ? turned - 2 * kPi : turned;
    jet.phi[i] = turned - kPi;
  }
}

/// Step 3: with the unit vector (a, b) along constituent 1, u = a*eta + b*phi, w = -b*eta + a*phi. No
/// rotation where constituent 1 does not exist (has no pT) or stands at the origin. By construction its w is
/// 0, which is a border of pixels where their number is even; since version 2 it is exactly 0, before which
/// rounding decided between the two.
void rotate(Jet& jet, const ImageConfig& config) {
  constexpr std::int64_t kFirstExact = 2;
  const float length = std::sqrt(jet.eta[1] * jet.eta[1] + jet.phi[1] * jet.phi[1]);
  const bool has_axis = config.rotate && jet.pt[1] > 0 && length > 0;
  const double a = has_axis ? static_cast<double>(jet.eta[1] / length) : 1.0;
  const double b = has_axis ? static_cast<double>(jet.phi[1] / length) : 0.0;
#pragma omp simd
  for (std::int64_t i = 0; i < jet.count; ++i) {
    const double eta = static_cast<double>(jet.eta[i]);
    const double phi = static_cast<double>(jet.phi[i]);
    jet.u[i] = a * eta + b * phi;
    jet.w[i] = -b * eta + a * phi;
  }
  if (has_axis && config.version >= kFirstExact) jet.w[1] = 0;
}

/// Mirrors w so that the half with more pT has w > 0. What stands on the axis (constituents 0 and 1 do, up to
/// rounding) belongs to neither half.
void flip(Jet& jet) {
  constexpr double kOnAxis = 1e-6;
  double difference = 0;
  for (std::int64_t i = 0; i < jet.count; ++i) {
    const double pt = static_cast<double>(jet.pt[i]);
    difference += jet.w[i] > kOnAxis ? pt : jet.w[i] < -kOnAxis ? -pt : 0.0;
  }
  if (difference >= 0) return;
  for (std::int64_t i = 0; i < jet.count; ++i) jet.w[i] = -jet.w[i];
}

/// One axis of the grid, with numpy's edges: linspace(-half_width, half_width, bins + 1).
struct Axis {
  Axis(std::int64_t bin_count, double half)
      : bins(static_cast<double>(bin_count)), half_width(half), step(2 * half / bins), per_width(1 / step) {}

  double edge(double i) const {
    const double inner = i * step - half_width;
    return i < bins ? inner : half_width;
  }
  bool covers(double x) const { return std::fabs(x) <= half_width; }

  /// The bin of x, as a whole double: edge(bin) <= x < edge(bin + 1); the last bin includes its right edge.
  /// The quotient may round across an edge, hence the comparisons. What is not covered gives some bin.
  double bin(double x) const {
    const double inside = covers(x) ? x : 0.0;
    double i = static_cast<double>(static_cast<std::int32_t>((inside + half_width) * per_width));
    i -= inside < edge(i) ? 1.0 : 0.0;
    i += inside >= edge(i + 1) ? 1.0 : 0.0;
    return i < bins ? i : bins - 1;
  }

  double bins;
  double half_width;
  double step;
  double per_width;
};

/// Step 4: the pixel of each constituent.
void find_pixels(Jet& jet, const Axis& axis) {
  const Axis own = axis;  // a copy: no store to the jet can change it
#pragma omp simd
  for (std::int64_t i = 0; i < jet.count; ++i) {
    const double pixel = own.bin(jet.u[i]) * own.bins + own.bin(jet.w[i]);
    // Selects in a row and no &&, whose branches would keep the loop from vectorising.
    const double by_row = own.covers(jet.u[i]) ? pixel : -1.0;
    const double by_column = own.covers(jet.w[i]) ? by_row : -1.0;
    jet.pixel[i] = static_cast<std::int32_t>(jet.pt[i] > 0 ? by_column : -1.0);
  }
}

/// Sums pT by pixel in constituent order. Dense sums and a bitmap of the touched pixels give the pixels in
/// ascending order without sorting; both are all zero again after `collect`.
class Accumulator {
 public:
  void resize(std::int64_t pixels) {
    const auto size = static_cast<std::size_t>(pixels);
    if (sums_.size() >= size) return;
    sums_.resize(size, 0.0);
    touched_.resize((size + 63) / 64, 0);
  }

  /// `weights`: what each constituent adds.
  void add(const Jet& jet, const float* weights) {
    for (std::int64_t i = 0; i < jet.count; ++i) {
      if (jet.pixel[i] < 0) continue;
      const auto pixel = static_cast<std::size_t>(jet.pixel[i]);
      sums_[pixel] += static_cast<double>(weights[i]);
      touched_[pixel / 64] |= std::uint64_t{1} << (pixel % 64);
    }
  }

  std::int64_t collect(std::uint16_t* pixels, double* values) {
    std::int64_t count = 0;
    for (std::size_t word = 0; word < touched_.size(); ++word) {
      for (std::uint64_t bits = touched_[word]; bits != 0; bits &= bits - 1) {
        const std::size_t pixel = 64 * word + static_cast<std::size_t>(std::countr_zero(bits));
        pixels[count] = static_cast<std::uint16_t>(pixel);
        values[count++] = sums_[pixel];
        sums_[pixel] = 0;
      }
      touched_[word] = 0;
    }
    return count;
  }

 private:
  std::vector<double> sums_;
  std::vector<std::uint64_t> touched_;
};

/// Step 5: what the pixels are divided by.
double divisor(Normalization normalize, const double* sums, std::int64_t count) {
  if (count == 0) return 1;
  switch (normalize) {
    case Normalization::max:
      return std::accumulate(sums, sums + count, 0.0, [](double a, double b) { return std::max(a, b); });
    case Normalization::sum:
      return std::accumulate(sums, sums + count, 0.0);
    case Normalization::none:
      return 1;
  }
  return 1;
}

/// One channel's pixels and values, in ascending order, before normalisation.
std::int64_t channel_sums(ImageChannel channel, const Jet& jet, Accumulator& accumulator,
                          std::uint16_t* pixels, double* sums) {
  static constexpr auto kOnes = [] {
    std::array<float, kConstituents> ones{};
    ones.fill(1.0F);
    return ones;
  }();
  const auto sum_of = [&](const float* weights, double* to) {
    accumulator.add(jet, weights);
    return accumulator.collect(pixels, to);
  };
  switch (channel) {
    case ImageChannel::pt:
      return sum_of(jet.pt, sums);
    case ImageChannel::energy:
      return sum_of(jet.momentum[0], sums);
    case ImageChannel::multiplicity:
      return sum_of(kOnes.data(), sums);
    case ImageChannel::mass:
      break;
  }
  double momentum[4][kConstituents];
  std::int64_t count = 0;
  for (int k = 0; k < 4; ++k) count = sum_of(jet.momentum[k], momentum[k]);
  for (std::int64_t i = 0; i < count; ++i) {
    const double squared = momentum[0][i] * momentum[0][i] - momentum[1][i] * momentum[1][i] -
                           momentum[2][i] * momentum[2][i] - momentum[3][i] * momentum[3][i];
    sums[i] = std::sqrt(std::max(0.0, squared));
  }
  return count;
}

/// Steps 4 and 5: from coordinates to normalised pixels, channel by channel.
std::int64_t make_pixels(Jet& jet, const ImageConfig& config, std::uint16_t* pixels, float* values) {
  find_pixels(jet, Axis(config.bins, config.half_width));
  const Grid grid{std::ssize(config.channels), config.bins, config.bins};
  thread_local Accumulator accumulator;
  accumulator.resize(grid.plane());
  std::int64_t written = 0;
  for (std::size_t c = 0; c < config.channels.size(); ++c) {
    double sums[kConstituents];
    const std::int64_t count = channel_sums(config.channels[c], jet, accumulator, pixels + written, sums);
    const double found = divisor(config.normalize, sums, count);
    const double scale = found > 0 ? found : 1;
    const auto first = static_cast<std::uint16_t>(grid.position({static_cast<std::int64_t>(c), 0, 0}));
    for (std::int64_t i = 0; i < count; ++i, ++written) {
      pixels[written] = static_cast<std::uint16_t>(pixels[written] + first);
      values[written] = static_cast<float>(sums[i] / scale);
    }
  }
  return written;
}

/// Turns, mirrors and smears; see augmentation.hpp. Always the same random numbers are drawn, whatever is
/// used.
void augment(Jet& jet, const AugmentationConfig& augmentation, RandomStream& stream) {
  const double degrees = stream.uniform(-augmentation.rotate_degrees, augmentation.rotate_degrees);
  const double angle = degrees * std::numbers::pi / 180;
  const double mirror = stream.uniform() < 0.5 && augmentation.flip ? -1.0 : 1.0;
  const double a = std::cos(angle);
  const double b = std::sin(angle);
  for (std::int64_t i = 0; i < jet.count; ++i) {
    double u = jet.u[i];
    double w = mirror * jet.w[i];
    if (augmentation.smear > 0) {
      u += augmentation.smear * stream.normal();
      w += augmentation.smear * stream.normal();
    }
    jet.u[i] = a * u - b * w;
    jet.w[i] = b * u + a * w;
    if (augmentation.smear_pt <= 0) continue;
    const auto factor = static_cast<float>(std::max(0.0, 1.0 + augmentation.smear_pt * stream.normal()));
    jet.pt[i] *= factor;
    for (auto& component : jet.momentum) component[i] *= factor;
  }
}

/// Steps 1 to 3, and the flip.
RowStatus place(std::span<const float> constituents, const ImageConfig& config, bool with_momenta, Jet& jet) {
  constituents = constituents.first(std::min(constituents.size(), std::size_t{4 * kConstituents}));
  std::array<float, 4 * kConstituents> padded;
  if (constituents.size() % (4 * kGroup) != 0) {
    const auto rest = std::copy(constituents.begin(), constituents.end(), padded.begin());
    std::fill(rest, padded.end(), 0.0F);
    constituents = padded;
  }
  if (!measure(constituents, jet)) return RowStatus::not_finite;
  if (jet.count == 0) return RowStatus::good;
  if (!to_detector_coordinates(constituents.data(), jet)) return RowStatus::not_finite;
  if (config.center) center(jet);
  rotate(jet, config);
  if (config.flip) flip(jet);
  for (std::int64_t i = 0; i < (with_momenta ? jet.count : 0); ++i) {
    for (int k = 0; k < 4; ++k) jet.momentum[k][i] = constituents[static_cast<std::size_t>(4 * i + k)];
  }
  return RowStatus::good;
}

}  // namespace

ImageMaker::ImageMaker(const ImageConfig& config)
    : config_(config), only_pt_(config.channels == std::vector{ImageChannel::pt}) {
  if (config.bins < 1 || config.bins > 255)
    throw UsageError(fmt::format("image.bins is {}: it must be from 1 to 255", config.bins));
  if (!(config.half_width > 0) || !std::isfinite(config.half_width)) {
    throw UsageError(
        fmt::format("image.half_width is {}: it must be a number greater than 0", config.half_width));
  }
}

RowStatus ImageMaker::make(std::span<const float> constituents, std::uint16_t* pixels, float* values,
                           std::int64_t& count) const {
  count = 0;
  Jet jet{};
  const RowStatus status = place(constituents, config_, !only_pt_, jet);
  if (status == RowStatus::good && jet.count > 0) count = make_pixels(jet, config_, pixels, values);
  return status;
}

std::int64_t ImageMaker::most_entries() const noexcept {
  return kConstituents * std::max(kCloudFields, static_cast<std::int64_t>(config_.channels.size()));
}

RowStatus ImageMaker::make_cloud(std::span<const float> constituents, std::uint16_t* positions, float* values,
                                 std::int64_t& count) const {
  count = 0;
  Jet jet{};
  const RowStatus status = place(constituents, config_, !only_pt_, jet);
  if (status != RowStatus::good) return status;
  for (std::int64_t i = 0; i < jet.count; ++i) {
    if (!(jet.pt[i] > 0)) continue;
    const float fields[kCloudFields] = {
        jet.pt[i],          static_cast<float>(jet.u[i]), static_cast<float>(jet.w[i]),
        jet.momentum[0][i], jet.momentum[1][i],           jet.momentum[2][i],
        jet.momentum[3][i]};
    for (std::int64_t k = 0; k < kCloudFields; ++k) {
      if (fields[k] == 0) continue;
      positions[count] = static_cast<std::uint16_t>(kCloud.position({0, i, k}));
      values[count++] = fields[k];
    }
  }
  return status;
}

void ImageMaker::make_from_cloud(std::span<const std::uint16_t> positions, std::span<const float> cloud,
                                 const AugmentationConfig& augmentation, RandomStream stream,
                                 std::uint16_t* pixels, float* values, std::int64_t& count) const {
  Jet jet{};
  for (std::size_t n = 0; n < positions.size(); ++n) {
    const auto [channel, i, field] = kCloud.cell(positions[n]);
    jet.count = i + 1;
    if (field == 0) jet.pt[i] = cloud[n];
    if (field == 1) jet.u[i] = cloud[n];
    if (field == 2) jet.w[i] = cloud[n];
    if (field > 2) jet.momentum[field - 3][i] = cloud[n];
  }
  augment(jet, augmentation, stream);
  count = jet.count > 0 ? make_pixels(jet, config_, pixels, values) : 0;
}

}  // namespace jetrain

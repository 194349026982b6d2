#include "jets/constituent_set.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace jetrain {
namespace {

using Place = std::span<const float>;

/// pT^2: the squares of floats are exact in double.
double squared_pt(const float* momentum) {
  const double px = static_cast<double>(momentum[1]);
  const double py = static_cast<double>(momentum[2]);
  return px * px + py * py;
}

bool all_finite(const Place& place) {
  return std::all_of(place.begin(), place.end(), [](float x) { return std::isfinite(x); });
}
bool all_nan(const Place& place) {
  return std::all_of(place.begin(), place.end(), [](float x) { return std::isnan(x); });
}
bool all_zero(const Place& place) {
  return std::all_of(place.begin(), place.end(), [](float x) { return x == 0; });
}

/// That pT^2 may exceed the one before by so much: twice 1e-6 of pT.
constexpr double kAboutEqual = 1 + 2e-6;

bool about_descends(std::span<const float> constituents, std::size_t width) {
  for (std::size_t i = width; i < constituents.size(); i += width) {
    if (squared_pt(&constituents[i]) > squared_pt(&constituents[i - width]) * kAboutEqual) return false;
  }
  return true;
}

RowStatus sum_up(std::span<const float> constituents, std::size_t width, std::array<float, 4>& sum) {
  std::array<double, 4> total{};
  for (std::size_t i = 0; i < constituents.size(); i += width) {
    for (std::size_t k = 0; k < 4; ++k) total[k] += static_cast<double>(constituents[i + k]);
  }
  std::transform(total.begin(), total.end(), sum.begin(), [](double x) { return static_cast<float>(x); });
  return all_finite(sum) ? RowStatus::good : RowStatus::not_finite;
}

}  // namespace

void ReadingNotes::add(const ReadingNotes& other) {
  jets += other.jets;
  padding += other.padding;
  other_padding += other.other_padding;
  unsorted += other.unsorted;
  empty += other.empty;
  impossible += other.impossible;
  hard += other.hard;
  soft += other.soft;
  of_no_set += other.of_no_set;
  for (const std::string& doubt : other.doubts) {
    if (std::find(doubts.begin(), doubts.end(), doubt) == doubts.end()) doubts.push_back(doubt);
  }
}

namespace {

/// Places are looked at in groups, so that loops have whole vectors to work on.
constexpr std::int64_t kGroup = 8;

/// Whether any of so many floats is not 0.
template <std::int64_t Floats>
bool any_set(const float* values) {
  constexpr std::uint32_t kMagnitude = 0x7fffffff;
  std::uint32_t any = 0;
#pragma omp simd reduction(| : any)
  for (std::int64_t k = 0; k < Floats; ++k) any |= std::bit_cast<std::uint32_t>(values[k]);
  return (any & kMagnitude) != 0;
}

/// Takes from the end of so many places what is zeros, in whole steps.
template <std::int64_t Step>
std::int64_t without_zeros_behind(const float* momenta, std::int64_t count) {
  while (count >= Step && !any_set<4 * Step>(momenta + 4 * (count - Step))) count -= Step;
  return count;
}

/// Not 0 where one of so many places has no energy above 0, or a pT above that of the place before it, which
/// is there. NaN is neither.
template <std::int64_t Places>
std::int32_t out_of_order(const float* momenta) {
  constexpr auto kAbout = static_cast<float>(kAboutEqual);
  std::int32_t wrong = 0;
#pragma omp simd reduction(| : wrong)
  for (std::int64_t k = 0; k < Places; ++k) {
    const float* const p = momenta + 4 * k;
    const float square = p[1] * p[1] + p[2] * p[2];
    const float before = p[-3] * p[-3] + p[-2] * p[-2];
    wrong |= ((p[0] > 0) & (square <= before * kAbout)) ^ 1;
  }
  return wrong;
}

}  // namespace

void look_at_leading(std::span<const float> constituents, ReadingNotes& notes) {
  if (constituents.empty()) return;
  constexpr double kHard = 7000;  // of the beams of the LHC: no constituent has more
  constexpr double kSoft = 0.5;   // softer ones are rarely kept at all
  const double squared = squared_pt(constituents.data());
  const auto energy = static_cast<double>(constituents[0]);
  const auto pz = static_cast<double>(constituents[3]);
  const double share = std::sqrt(squared + pz * pz) / energy;
  // Resolution, and clusters of negative mass, leave energies a little below the momentum.
  notes.impossible += energy > 0 && (share > 1.1 || share < 0.01) ? 1 : 0;
  notes.hard += squared > kHard * kHard ? 1 : 0;
  notes.soft += squared < kSoft * kSoft ? 1 : 0;
}

InOrder stand_in_order(std::span<const float> places) {
  const float* const momenta = places.data();
  const std::int64_t count = std::ssize(places) / 4;
  const std::int64_t used = without_zeros_behind<1>(
      momenta, without_zeros_behind<kGroup>(momenta, without_zeros_behind<4 * kGroup>(momenta, count)));
  if (used == 0) return {true, 0, count};
  const float leading = momenta[1] * momenta[1] + momenta[2] * momenta[2];
  std::int32_t wrong = momenta[0] > 0 && !std::isnan(leading) ? 0 : 1;
  std::int64_t next = 1;
  for (; next + kGroup <= used; next += kGroup) wrong |= out_of_order<kGroup>(momenta + 4 * next);
  if (used > kGroup) {
    wrong |= out_of_order<kGroup>(momenta + 4 * (used - kGroup));  // some once more
  } else {
    for (; next < used; ++next) wrong |= out_of_order<1>(momenta + 4 * next);
  }
  return {wrong == 0, used, count - used};
}

bool sort_by_pt(std::vector<float>& constituents, std::int64_t width) {
  const auto each = static_cast<std::size_t>(width);
  const std::size_t count = constituents.size() / each;
  static thread_local std::vector<double> keys;
  keys.resize(count);
  for (std::size_t i = 0; i < count; ++i) keys[i] = squared_pt(constituents.data() + i * each);
  if (std::is_sorted(keys.begin(), keys.end(), std::greater<>())) return false;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [](std::size_t a, std::size_t b) { return keys[a] > keys[b]; });
  std::vector<float> sorted;
  sorted.reserve(constituents.size());
  for (const std::size_t i : order) {
    const float* const row = constituents.data() + i * each;
    sorted.insert(sorted.end(), row, row + each);
  }
  constituents.swap(sorted);
  return true;
}

RowStatus collect_constituents(std::span<const float> places, std::vector<float>& constituents,
                               std::array<float, 4>& sum, ReadingNotes& notes, const PlaceColumns& columns) {
  const auto behind = static_cast<std::size_t>(columns.count);
  const std::size_t width = 4 + behind;
  constituents.clear();
  std::int64_t zeros = 0;  // since the last constituent
  for (std::size_t i = 0; i + 4 <= places.size(); i += 4) {
    const Place place = places.subspan(i, 4);
    if (all_zero(place)) {
      ++zeros;
    } else if (!all_finite(place)) {
      if (!all_nan(place)) return RowStatus::not_finite;
      ++notes.padding;
      ++notes.other_padding;
    } else if (!(place[0] > 0)) {
      ++notes.padding;
      ++notes.other_padding;
    } else {
      constituents.insert(constituents.end(), place.begin(), place.end());
      if (behind > 0) {
        const auto own = columns.values.subspan(i / 4 * behind, behind);
        constituents.insert(constituents.end(), own.begin(), own.end());
      }
      notes.padding += zeros;
      notes.other_padding += zeros;
      zeros = 0;
    }
  }
  notes.padding += zeros;
  ++notes.jets;
  notes.unsorted += about_descends(constituents, width) ? 0 : 1;
  sort_by_pt(constituents, static_cast<std::int64_t>(width));
  notes.empty += constituents.empty() ? 1 : 0;
  return sum_up(constituents, width, sum);
}

}  // namespace jetrain

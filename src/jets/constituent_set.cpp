#include "jets/constituent_set.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
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

RowStatus sum_up(std::span<const float> constituents, std::array<float, 4>& sum) {
  std::array<double, 4> total{};
  for (std::size_t i = 0; i < constituents.size(); i += 4) {
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
                               std::array<float, 4>& sum, ReadingNotes& notes) {
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
      notes.padding += zeros;
      notes.other_padding += zeros;
      zeros = 0;
    }
  }
  notes.padding += zeros;
  ++notes.jets;
  notes.unsorted += sort_by_pt(constituents, 4) ? 1 : 0;
  notes.empty += constituents.empty() ? 1 : 0;
  return sum_up(constituents, sum);
}

}  // namespace jetrain

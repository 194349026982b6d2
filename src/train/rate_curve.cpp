#include "train/rate_curve.hpp"

#include <algorithm>
#include <cmath>

namespace jetrain {
namespace {

/// Of the losses that are known.
double mean_loss(const RatePoint* first, const RatePoint* last) {
  double sum = 0;
  std::int64_t known = 0;
  for (; first != last; ++first) {
    if (std::isnan(first->loss)) continue;
    sum += first->loss;
    ++known;
  }
  return known > 0 ? sum / static_cast<double>(known) : std::numeric_limits<double>::quiet_NaN();
}

/// How far a smoothed point is off by chance: the root mean square of the losses about their smoothed values,
/// over the root of how many one is the mean of.
double chance_of(const RatePoint* first, const RatePoint* last, std::int64_t smoothing) {
  double squares = 0;
  std::int64_t known = 0;
  for (; first != last; ++first) {
    const double off = first->loss - first->smoothed;
    if (std::isnan(off)) continue;
    squares += off * off;
    ++known;
  }
  const auto each = static_cast<double>(2 * smoothing + 1);
  return known > 0 ? std::sqrt(squares / static_cast<double>(known) / each) : 0;
}

}  // namespace

void smooth(std::vector<RatePoint>& points, std::int64_t smoothing) {
  const std::int64_t count = std::ssize(points);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t reach = std::min({smoothing, i, count - 1 - i});
    const RatePoint* middle = points.data() + i;
    points[static_cast<std::size_t>(i)].smoothed = mean_loss(middle - reach, middle + reach + 1);
  }
}

bool Explosion::takes(double loss) {
  constexpr double kFactor = 4;
  if (std::isnan(loss)) return false;
  last_.push_back(loss);
  if (std::ssize(last_) > std::max<std::int64_t>(1, smoothing_)) last_.erase(last_.begin());
  double sum = 0;
  for (const double value : last_) sum += value;
  const double mean = sum / static_cast<double>(last_.size());
  if (!std::isfinite(mean)) return true;
  lowest_ = std::min(lowest_, mean);
  return mean > kFactor * lowest_;
}

RateSuggestion suggestion_of(const std::vector<RatePoint>& points, std::int64_t smoothing) {
  RateSuggestion found;
  // Where each point is the mean of all its neighbours, and has them for its slope.
  const std::int64_t reach = std::max<std::int64_t>(1, smoothing);
  const std::int64_t first = reach;
  const std::int64_t last = std::ssize(points) - 1 - reach;
  const auto at = [&](std::int64_t i) -> const RatePoint& { return points[static_cast<std::size_t>(i)]; };
  if (last <= first) return found;

  std::int64_t lowest = first;
  for (std::int64_t i = first; i <= last; ++i) {
    if (at(i).smoothed < at(lowest).smoothed) lowest = i;
  }
  double highest = at(first).smoothed;
  for (std::int64_t i = first; i <= lowest; ++i) highest = std::max(highest, at(i).smoothed);
  constexpr double kSure = 6;  // times what chance makes of the difference of two points
  const double chance = std::sqrt(2.0) * chance_of(points.data(), points.data() + lowest + 1, smoothing);
  if (!(highest - at(lowest).smoothed > kSure * chance)) return found;

  std::int64_t steepest = first;
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t i = first; i <= lowest; ++i) {
    const double slope = (at(i + reach).smoothed - at(i - reach).smoothed) /
                         std::log(at(i + reach).learning_rate / at(i - reach).learning_rate);
    if (slope < least) {
      least = slope;
      steepest = i;
    }
  }
  found.steepest = at(steepest).learning_rate;
  found.lowest = at(lowest).learning_rate;
  found.suggested = found.lowest / 10;
  found.falls_at_start = steepest == first;
  found.falls_at_end = lowest == last;
  return found;
}

}  // namespace jetrain

#pragma once

/// \file
/// Loss against learning rate, of a training whose rate rises with each step: what a good rate is read off
/// (L. N. Smith, "Cyclical learning rates for training neural networks", arXiv:1506.01186, section 3.3).

#include <cstdint>
#include <limits>
#include <vector>

#include "core/record.hpp"
#include "core/word.hpp"

namespace jetrain {

/// A step, and the loss of its batch with the weights before it.
struct RatePoint {
  std::int64_t step = 0;  ///< from 1
  double learning_rate = 0;
  double loss = 0;      ///< NaN: a batch without weight
  double smoothed = 0;  ///< by `smooth`

  template <class Self, class Visitor>
  static void fields(Self& p, Visitor& visit) {
    visit("step", p.step);
    visit("learning_rate", p.learning_rate);
    visit("loss", p.loss);
    visit("smoothed", p.smoothed);
  }
};

enum class SweepEnd : std::uint8_t { all_steps, exploded, diverged };
constexpr Word word_of(SweepEnd end) {
  switch (end) {
    case SweepEnd::all_steps:
      return {"all_steps", "the highest rate was reached"};
    case SweepEnd::exploded:
      return {"exploded", "the loss exploded"};
    case SweepEnd::diverged:
      return {"diverged", "a gradient left the range of the exact sums"};
  }
  return {};
}

/// The points in their order; each is the mean of `smoothing` points on either side of it, of fewer (on both
/// sides as many) near the ends: unlike a moving average of the past, it moves nothing to higher rates.
void smooth(std::vector<RatePoint>& points, std::int64_t smoothing);

/// Whether the mean of the last `smoothing` losses is above four times the lowest such mean so far, or is not
/// finite.
class Explosion {
 public:
  explicit Explosion(std::int64_t smoothing) : smoothing_(smoothing) {}
  bool takes(double loss);

 private:
  std::int64_t smoothing_;
  std::vector<double> last_;
  double lowest_ = std::numeric_limits<double>::infinity();
};

/// Rates that a smoothed curve suggests; NaN: none, since the loss falls nowhere by more than its batches
/// differ.
struct RateSuggestion {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double steepest = kNone;  ///< where the loss falls fastest with the rate's logarithm
  double lowest = kNone;    ///< where it is lowest
  /// A tenth of that: what is suggested. (The steepest fall is no measure where the first loss is far above
  /// that of guessing, as with inputs of large values: it is then that of coming down to it.)
  double suggested = kNone;
  bool falls_at_start = false;  ///< steepest where the sweep begins: lower rates may be better
  bool falls_at_end = false;    ///< lowest where it ends

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit("steepest", s.steepest);
    visit("lowest", s.lowest);
    visit("suggested", s.suggested);
    visit("falls_at_start", s.falls_at_start);
    visit("falls_at_end", s.falls_at_end);
  }
};

/// `points`: smoothed so.
RateSuggestion suggestion_of(const std::vector<RatePoint>& points, std::int64_t smoothing);

}  // namespace jetrain

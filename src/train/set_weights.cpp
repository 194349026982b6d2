#include "train/set_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/exact_total.hpp"
#include "core/untrainable.hpp"
#include "dataset/selection.hpp"

namespace jetrain {
namespace {

/// The smallest k with value <= 2^k; value above 0.
int exponent_above(double value) {
  int exponent = 0;
  return std::frexp(value, &exponent) == 0.5 ? exponent - 1 : exponent;
}

}  // namespace

double SetWeights::unit() const noexcept {
  if (all_one || absolute == 0) return 1;
  constexpr int kBits = 52;
  return std::ldexp(1.0, exponent_above(absolute) - kBits);
}

float SetWeights::scale() const noexcept {
  constexpr int kMost = 100;  // 2^-100 is a normal float32 with room below
  if (!(largest > 1)) return 1;
  return std::ldexp(1.0F, -std::min(kMost, exponent_above(largest)));
}

SetWeights weights_of(const SampleSet& set, const Communicator& comm) {
  SetWeights weights;
  ExactTotal sum, absolute, squares;
  std::int64_t other = 0;
  weights.largest = 0;
  const auto for_each_weight = [&](const auto& visit) {
    for (std::int64_t i = 0; i < set.samples.size(); ++i) visit(static_cast<double>(set.samples[i].weight));
  };
  for_each_weight([&](double weight) {
    sum.add(weight);
    absolute.add(std::abs(weight));
    weights.largest = std::max(weights.largest, std::abs(weight));
    if (weight != 1) ++other;
    if (weight == 0) ++weights.zero;
    if (weight < 0) ++weights.negative;
  });
  weights.largest = comm.max(weights.largest);
  for_each_weight([&](double weight) {  // of the largest one's size: squares have twice the range
    const double relative = weight / weights.largest;
    if (weight != 0) squares.add(relative * relative);
  });
  for (ExactTotal* total : {&sum, &absolute, &squares}) comm.sum(total->words());
  weights.samples = comm.sum(set.samples.size());
  weights.all_one = comm.sum(other) == 0;
  weights.sum = sum.value();
  weights.absolute = absolute.value();
  weights.zero = comm.sum(weights.zero);
  weights.negative = comm.sum(weights.negative);
  const double relative_sum = weights.sum / weights.largest;
  if (weights.largest > 0) weights.effective_samples = relative_sum * relative_sum / squares.value();
  return weights;
}

void normalize_weights(SampleSet& set, Set which, const Communicator& comm) {
  const SetWeights weights = weights_of(set, comm);
  if (!(weights.sum > 0)) {
    throw Untrainable(
        fmt::format("the weights of the {} set sum to {:g}: they must sum to more than 0 ({} of {} jets have "
                    "weight 0, and "
                    "{} a negative one)",
                    set_name(which), weights.sum, weights.zero, weights.samples, weights.negative));
  }
  if (weights.all_one) return;
  const double mean = weights.sum / static_cast<double>(weights.samples);
  for (std::int64_t i = 0; i < set.samples.size(); ++i)
    set.samples.set_weight(i, static_cast<float>(static_cast<double>(set.samples[i].weight) / mean));
}

}  // namespace jetrain

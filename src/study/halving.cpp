#include "study/halving.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace jetrain {
namespace {

/// Of the rungs, from the lowest on.
std::vector<std::int64_t> epochs_of_rungs(const HalvingFamily& family, std::int64_t epochs) {
  std::vector<std::int64_t> all;
  const std::int64_t growth = family.keep_one_in;
  for (std::int64_t rung = family.first_epochs;
       rung<epochs; rung = rung> epochs / growth ? epochs : rung * growth)
    all.push_back(rung);
  all.push_back(epochs);
  return all;
}

/// trials * all / (left * keep^bracket), rounded up.
std::int64_t variants_of_bracket(const HalvingFamily& family, std::int64_t all, std::int64_t bracket) {
  std::int64_t divisor = all - bracket;
  for (std::int64_t i = 0; i < bracket; ++i) {
    if (divisor >= family.trials * all) return 1;
    divisor *= family.keep_one_in;
  }
  return (family.trials * all + divisor - 1) / divisor;
}

}  // namespace

std::vector<Bracket> brackets_of(const HalvingFamily& family, std::int64_t epochs) {
  const std::vector<std::int64_t> of_rungs = epochs_of_rungs(family, epochs);
  const std::int64_t all = std::ssize(of_rungs);
  const std::int64_t wanted = family.brackets == 0 ? all : std::min(family.brackets, all);
  std::vector<Bracket> brackets;
  std::size_t first = 0;
  for (std::int64_t b = 0; b < wanted; ++b) {
    Bracket bracket;
    bracket.first = first;
    std::int64_t variants = variants_of_bracket(family, all, b);
    first += static_cast<std::size_t>(variants);
    for (auto rung = of_rungs.begin() + b; rung != of_rungs.end(); ++rung) {
      bracket.rungs.push_back({*rung, variants});
      variants = std::max<std::int64_t>(1, variants / family.keep_one_in);
    }
    brackets.push_back(std::move(bracket));
  }
  return brackets;
}

std::vector<std::size_t> best_of(const std::vector<std::size_t>& variants, std::span<const double> values,
                                 std::int64_t count) {
  std::vector<std::size_t> order(variants.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (std::isnan(values[a]) || std::isnan(values[b]))
      return !std::isnan(values[a]) && std::isnan(values[b]);
    return values[a] < values[b];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  std::sort(order.begin(), order.end());
  std::vector<std::size_t> best;
  for (const std::size_t i : order) best.push_back(variants[i]);
  return best;
}

}  // namespace jetrain

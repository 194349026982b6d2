#pragma once

/// \file
/// Successive halving (Jamieson and Talwalkar, AISTATS 2016, algorithm 1) and, with several brackets,
/// Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, JMLR 18 (2018) 185, algorithm 1): who trains
/// how long. All of it is a function of the config, and of the values that were reached; never of when they
/// were.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "config/study.hpp"

namespace jetrain {

/// Variants that begin together: `first` and those behind it.
struct Bracket {
  struct Rung {
    std::int64_t epochs = 0;    ///< that a variant has at its end, in all
    std::int64_t variants = 0;  ///< that take part
  };
  std::size_t first = 0;
  std::vector<Rung> rungs;
};

/// The brackets of a family whose last rung has `epochs`. Bracket b of B rungs has
/// trials B / ((B - b) keep_one_in^b) variants, rounded up, so that all brackets cost about as much.
std::vector<Bracket> brackets_of(const HalvingFamily& family, std::int64_t epochs);

/// The `count` best of the variants, in their order; `values` (a smaller one is better, NaN the worst) are
/// theirs. Of equal ones the first.
std::vector<std::size_t> best_of(const std::vector<std::size_t>& variants, std::span<const double> values,
                                 std::int64_t count);

}  // namespace jetrain

#pragma once

/// \file
/// The rounds of a study: trainings that all end, or pause, before the next round begins. Most families have
/// one; successive halving has one a rung. What stands in the study's folder decides who takes part in which,
/// so that a search that was killed goes on where it was, on any ranks and groups, with the same choices.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "study/trials.hpp"

namespace jetrain {

struct Round {
  std::vector<std::size_t> members;
  std::vector<std::int64_t> epochs;  ///< that each has at the round's end, in all; 0: all of its config
};

/// The number of rounds.
std::size_t rounds_of(const Config& config);

/// Round `number` (from 0); those before must have ended in `folder`. On one rank.
Round round_of(const Config& config, const std::vector<Trial>& trials, const std::string& folder,
               std::size_t number);

/// Of each training of a search the epochs of the last rung that it took part in; empty: it is no search. The
/// study has ended in `folder`. On one rank.
std::vector<std::int64_t> last_rungs(const Config& config, const std::vector<Trial>& trials,
                                     const std::string& folder);

/// The best value of `monitor` in the first `epochs` epochs of a training, turned so that smaller is better;
/// NaN: it has none.
double best_after(const std::string& folder, const Trial& trial, std::int64_t epochs, Monitor monitor);

}  // namespace jetrain

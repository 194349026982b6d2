#pragma once

/// \file
/// Which of a set's jets a draw takes: the folds of a cross-validation, a part of the training jets.
/// Functions of the config and of a jet's number alone, so that whoever numbers jets in the files' order (the
/// rows of files, or a study the samples that it holds) draws the same ones.

#include <cstdint>
#include <vector>

#include "config/config.hpp"

namespace jetrain {

/// Of a set that is dealt out to no fold: all of it trains (SplitConfig::fold). Not to be had by a config's
/// text.
inline constexpr std::int64_t kNoFold = -1;

/// One entry for each of `jets` training and validation jets: whether it validates in the config's fold.
/// Folds differ by one jet at most, are disjoint, and together are all.
std::vector<bool> drawn_to_validate(std::int64_t jets, const Config& config);

/// One entry for each of `jets` training jets: whether it is among data.limit.training_jets. CollectiveError
/// where there are fewer; so on all ranks.
std::vector<bool> drawn_to_train(std::int64_t jets, const Config& config);

}  // namespace jetrain

#pragma once

/// \file
/// What a run says of its jets' weights, and the class whose spectrum they follow.

#include <cstdint>
#include <string>

#include "config/config.hpp"
#include "train/reweighting.hpp"
#include "train/set_weights.hpp"

namespace jetrain {

/// The class that train.reweight.to names, by its number or as `class_names` of so many classes calls it; -1:
/// flat. UsageError where it is none.
std::int64_t class_to_follow(const Config& config, std::int64_t classes);

/// "train.reweight to flat: factors from 0.5 to 3"
std::string reweighting_line(const Reweighting& reweighting, std::int64_t jets);
/// Of weights that are not all the same, after they were brought to mean 1.
std::string weights_line(const SetWeights& weights);

}  // namespace jetrain

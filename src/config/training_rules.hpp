#pragma once

#include <functional>
#include <string>

#include "config/training.hpp"

namespace jetrain {

/// Rules that join several keys of `train`. `fail` is told what is wrong, and does not return.
void check_training(const TrainConfig& train, const std::function<void(const std::string&)>& fail);

}  // namespace jetrain

#pragma once

#include "config/config.hpp"
#include "nn/model.hpp"

namespace jetrain {

/// What comes into the network of a config, and what its labels are.
ModelInput model_input(const Config& config);

/// The config's network, not initialised; UsageError where it cannot be.
Model make_model(const Config& config);

}  // namespace jetrain

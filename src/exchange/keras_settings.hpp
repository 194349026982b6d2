#pragma once

#include <nlohmann/json.hpp>

#include "exchange/network_outline.hpp"

namespace jetrain {

/// Kind, settings and activation of a layer of Keras from its class and config; those that it does not say
/// are Keras' defaults. Inputs are left open. An empty kind: it does nothing to scores (dropout, linear).
/// DataError where the class is none that jetrain has.
OutlineLayer keras_layer(const std::string& class_name, const nlohmann::json& config);

/// The shape of a sample that an input layer says, or a first layer beside its settings. Nothing where it is
/// not said, or open.
std::vector<OutlineSetting> keras_input_shape(const nlohmann::json& config);

}  // namespace jetrain

#pragma once

#include <string>

namespace jetrain {

/// Every key of a config with its default, what it may be and its meaning, and every kind of layer,
/// initializer, loss, optimizer, schedule and study family: tables in Markdown, for configs/README.md,
/// without a newline at the end.
std::string config_reference();

}  // namespace jetrain

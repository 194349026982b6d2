#pragma once

/// \file
/// How much a message matters, for those who pass one on.

#include <cstdint>
#include <functional>
#include <string>

namespace jetrain {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// Takes what the user should know, from parts that do not know the log.
using Say = std::function<void(LogLevel level, const std::string& text)>;

}  // namespace jetrain

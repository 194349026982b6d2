#pragma once

/// \file
/// Files read whole: text, or bytes as they are.

#include <cstddef>
#include <limits>
#include <optional>
#include <string>

namespace jetrain {

/// Also of a pipe. DataError with the system's reason where it cannot be read.
std::string read_whole(const std::string& path);

/// None where it cannot be read; errno then says why. Of one longer than `most`, the beginning, longer than
/// `most`.
std::optional<std::string> try_read_whole(const std::string& path,
                                          std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace jetrain

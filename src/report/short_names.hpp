#pragma once

#include <string>
#include <vector>

namespace jetrain {

/// What tables and legends call files or folders: the last part of the path, or all of it where two have the
/// same last part.
std::vector<std::string> short_names(const std::vector<std::string>& paths);

}  // namespace jetrain

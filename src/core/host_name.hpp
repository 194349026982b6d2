#pragma once

#include <string>

namespace jetrain {

/// This machine's own name for itself, as `hostname` prints it; "unknown" where it has none.
std::string host_name();

}  // namespace jetrain

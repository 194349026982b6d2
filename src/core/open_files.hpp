#pragma once

#include <cstddef>

namespace jetrain {

/// Sees to it that so many files more can be open at once in this process: raises its limit of open files as
/// far as the system lets it. UsageError, with the limit and what to do, where that is not enough.
void require_openable(std::size_t files);

}  // namespace jetrain

#pragma once

/// \file
/// Patterns of names: `*` is any letters or none, `?` one, `[a-z]` one of these (glob(7)).

#include <cstddef>
#include <string>

namespace jetrain {

/// Whether the whole name is as the pattern says.
bool matches(const std::string& pattern, const std::string& name);

/// How much a pattern says of the names that it matches: a larger number is more special. A name itself says
/// most; else the letters count that stand for themselves.
std::size_t specificity(const std::string& pattern);

}  // namespace jetrain

#pragma once

/// \file
/// Names of files as a shell takes them, where no shell did: in a config, in quotes, behind an equals sign.

#include <string>
#include <vector>

namespace jetrain {

/// Whether expanded_names would look at it: it begins with ~, or has *, ? or [.
bool is_pattern(const std::string& name);

/// `~` and `~user` at the beginning become the home folder; elsewhere, and of an unknown user, they stay.
std::string with_home(const std::string& name);

/// Each name in its place: a pattern (glob(7)) becomes the names that match it, sorted by their bytes, as
/// relative or absolute as it is; a name that is there as it stands is itself, whatever signs it has.
/// DataError that names `what`
/// ("data.files") and the pattern that nothing matches.
std::vector<std::string> expanded_names(const std::vector<std::string>& names, const std::string& what);

}  // namespace jetrain

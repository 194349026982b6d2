#pragma once

/// \file
/// As much of the ZIP format (PKWARE's APPNOTE) as NumPy's .npz files need: written without compression, read
/// with or without.

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace jetrain {

/// The bytes of an archive of (name, content), in this order. DataError where it would take ZIP64's 4 GB.
std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& members);

/// All members of an archive. DataError naming `path` where it is none, or damaged.
std::map<std::string, std::string> unzip(const std::string& path, const std::string& archive);

}  // namespace jetrain

#pragma once

/// \file
/// ZIP archives of whole members, as NumPy's .npz files are, by libzip. Its model: an archive is opened over
/// a source of bytes (a file, a buffer); members are added as further sources, and nothing is written before
/// the archive is closed; checksums are compared when a member has been read to its end.

#include <string>
#include <utility>
#include <vector>

namespace jetrain {

/// The bytes of an archive of (name, content), in this order, without compression or time stamps: equal
/// contents give equal bytes.
std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& members);

/// All members (name, content) of the archive in the file `path`, as they follow one another. DataError
/// naming it where it is none, or damaged.
std::vector<std::pair<std::string, std::string>> unzip(const std::string& path);

}  // namespace jetrain

#pragma once

/// \file
/// Links: an object of a file may stand under several names, and a name may lead to another name (a soft
/// link), or into another file (an external link), neither of which needs to be there.

#include <hdf5.h>

#include <string>

namespace jetrain::hdf5 {

/// The file that an object is in, as it was opened.
std::string file_of_object(hid_t object);

/// DataError where a link on the way to `path` leads to nothing, naming the file, the link and its target.
void require_link_targets(hid_t file, const std::string& path);

}  // namespace jetrain::hdf5

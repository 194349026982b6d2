#pragma once

#include <hdf5.h>

#include <string>

namespace jetrain::hdf5 {

/// The filters of a dataset's creation list in words: "blosc level 5", "shuffle + gzip level 6", "none", ...
std::string describe_filters(hid_t creation_list);

}  // namespace jetrain::hdf5

#pragma once

#include <hdf5.h>

#include <string>

namespace jetrain::hdf5 {

/// The filters of a dataset's creation list in words: "blosc level 5", "shuffle + gzip level 6", "none", ...
std::string describe_filters(hid_t creation_list);

/// Those of its filters that neither this program has nor a plugin that HDF5 finds, likewise; empty: none.
std::string missing_filters(hid_t creation_list);

/// What to do where `missing` ones keep `file` from being read, to stand behind "...: ".
std::string advice_for_filters(const std::string& missing, const std::string& file);

}  // namespace jetrain::hdf5

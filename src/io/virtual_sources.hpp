#pragma once

#include <hdf5.h>

#include <string>

namespace jetrain::hdf5 {

/// A virtual dataset is put together from datasets of other files. HDF5 gives fill values for those of a file
/// that is not there: DataError names it instead. `dataset`: for messages; `file`: where it stands.
void require_sources(hid_t creation_list, const std::string& dataset, const std::string& file);

}  // namespace jetrain::hdf5

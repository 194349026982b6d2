#pragma once

#include <hdf5.h>

#include <string>

namespace jetrain::hdf5 {

/// A virtual dataset is put together from datasets of other files. HDF5 gives fill values for what is not
/// there: DataError lists the files instead, or names a dataset that one of them lacks or has too short, or
/// says that rows are in none. `name`: for messages.
void require_sources(hid_t dataset, const std::string& name);

}  // namespace jetrain::hdf5

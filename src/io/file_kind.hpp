#pragma once

#include <string>

#include "core/input_file.hpp"

namespace jetrain::hdf5 {

/// What a file that is not HDF5 looks like by its first bytes, and what helps, to stand behind "...: ".
/// ReadError.
std::string kind_of_file(const InputFile& file);

}  // namespace jetrain::hdf5

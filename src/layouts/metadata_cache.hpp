#pragma once

/// \file
/// A workaround for HDF5 1.10 (1.10.8 has the fault) for all who write filtered chunks in parallel.
///
/// H5Dwrite puts the new chunks into the dataset's index, and this fills HDF5's metadata cache. When the
/// cache decides in the middle of H5Dwrite to write some of itself to the file, it does so with the MPI
/// datatypes of the raw data: garbage lands in the file, or the program crashes. That happens from some
/// 40,000 chunks on. The cure is to let the cache grow during H5Dwrite and to empty it between two calls.

#include <hdf5.h>

#include <cstdint>

namespace jetrain::hdf5 {

/// How many chunks may be written, over all ranks, between two calls of H5Fflush. Their index takes about 1
/// MB, far below the 32 MB at which even the patient cache writes on its own.
constexpr std::int64_t kChunksBetweenFlushes = 8192;

/// Makes the metadata cache of a file opened through MPI-IO as patient as HDF5 allows. Collective.
void keep_metadata_in_cache(hid_t file);

}  // namespace jetrain::hdf5

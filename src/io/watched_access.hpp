#pragma once

/// \file
/// How HDF5 reaches the files that we write: by file calls that report to this thread's WriteWatch
/// (core/write_watch.hpp), if there is one, and keep from HDF5 what it would not survive.

#include "comm/communicator.hpp"
#include "io/hdf5.hpp"

namespace jetrain::hdf5 {

/// An access list for a file that this rank writes alone: a driver of our own.
Handle watched_access();

/// One for a file that all ranks of `comm` write: MPI-IO.
Handle watched_access(const Communicator& comm);

}  // namespace jetrain::hdf5

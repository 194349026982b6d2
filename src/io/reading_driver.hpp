#pragma once

/// \file
/// HDF5's way to the bytes of a file that is read: a virtual file driver whose every read was looked at.
///
/// MPI-IO is not such a way. Open MPI's I/O layer gives a failing or short read back as a success of fewer
/// bytes, and HDF5's MPI-IO driver fills the rest with zeros, as beyond the end of a file: jets of zeros, and
/// nobody is told. Here an interrupted or short read is made again for the rest, and one that fails becomes a
/// ReadError with the system's reason, also where HDF5 itself swallows it (a link whose table cannot be read
/// is to HDF5 a link that is not there).
///
/// Ranks read their own rows each by itself, side by side. What all of them need at opening (the superblock,
/// object headers, attributes), rank 0 reads for all, see SharedReads; so a thousand ranks do not ask the
/// file system for the same bytes.

#include <hdf5.h>

#include <concepts>
#include <string>

#include "comm/communicator.hpp"
#include "core/input_file.hpp"
#include "io/hdf5.hpp"

namespace jetrain::hdf5 {

/// Opens a file through this driver. ReadError; DataError with HDF5's note where it cannot open it.
Handle open_through_driver(InputFile input, const Communicator* shared_by = nullptr);

/// While it lives, all ranks of `comm` make the same calls with `file`, which each of them opened, in the
/// same order; each read is then rank 0's, which hands bytes or failure to the others. Collective.
class SharedReads {
 public:
  SharedReads(hid_t file, const Communicator& comm);
  ~SharedReads();
  SharedReads(const SharedReads&) = delete;
  SharedReads& operator=(const SharedReads&) = delete;

 private:
  struct OpenFile* file_;
};

/// Whether a read through the driver failed since require_reads() was called last.
bool reads_failed() noexcept;

/// To be called after HDF5 has read, also where it reports success: throws ReadError "reading FILE failed:
/// <reason> (<what>)" where reads_failed().
void require_reads(const std::string& what);
/// The same with what().
template <std::invocable What>
void require_reads(const What& what) {
  if (reads_failed()) require_reads(what());
}

}  // namespace jetrain::hdf5

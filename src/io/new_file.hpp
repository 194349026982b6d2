#pragma once

/// \file
/// An HDF5 file that is being made, by one rank or by several together. It appears whole or not at all; and
/// whatever call fails on whichever rank, all ranks get the same error, with the system's reason, or, where
/// one of them does not answer any more, the job ends.

#include "core/output_file.hpp"
#include "core/write_watch.hpp"
#include "io/hdf5.hpp"

namespace jetrain::hdf5 {

class NewFile {
 public:
  /// Under a temporary name beside `path` until it is complete. Collective, as all that follows.
  NewFile(const std::string& path, const Communicator& comm);
  /// Of this rank alone.
  explicit NewFile(const std::string& path) : NewFile(path, Communicator::self()) {}
  /// Closes and removes it, unless it was completed. Not for ever collective: a rank that other ranks do not
  /// join gives it up.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  operator hid_t() const noexcept { return file_; }
  /// Makes sure that it can grow by so many bytes (rank 0's count); DataError where there is no room.
  void reserve(std::int64_t bytes);
  /// Hands all that HDF5 still holds to the system.
  void flush();
  /// Closes it and makes it appear. What stands in it must be closed before.
  void complete();

 private:
  Communicator comm_;  ///< a duplicate of our own: a rank that gives up meets nobody else's messages
  WriteWatch watch_;
  PendingFile pending_;
  Handle file_;
};

}  // namespace jetrain::hdf5

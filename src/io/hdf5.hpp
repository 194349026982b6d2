#pragma once

/// \file
/// HDF5's C library behind RAII values. Its model: everything is an integer handle with a close function of
/// its own kind; errors are negative returns with a stack of notes kept inside the library. Here a handle
/// closes itself, and a negative return becomes a DataError that carries the innermost note. The automatic
/// printing of the stack is off.

#include <hdf5.h>

#include <string>
#include <utility>

#include "comm/communicator.hpp"

namespace jetrain::hdf5 {

/// "1.10.8": of the library that runs, not of the headers.
std::string library_version();

/// An owned HDF5 handle of any kind. Move-only.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) noexcept : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const noexcept { return id_; }
  /// Gives the handle up without closing it; HDF5 closes what is left in MPI_Finalize.
  hid_t release() noexcept { return std::exchange(id_, -1); }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// Turns HDF5's error printing off and registers the Blosc filter; called by everything here that opens
/// files.
void initialize();

/// The innermost note on HDF5's error stack, for messages.
std::string last_error();

/// What helps against what such a note says of an object or a file that cannot be opened, beginning with ":
/// ".
std::string advice_for_opening(const std::string& note);

/// `id` (or a herr_t) unless it is negative; then DataError "<doing> failed: <HDF5's note>", or ReadError
/// where that is why.
hid_t check(hid_t id, const std::string& doing);

/// The same after a call that wrote to a file; but where this thread's WriteWatch (core/write_watch.hpp)
/// knows why it failed, DataError "<doing> failed: <the system's reason>".
hid_t check_written(hid_t id, const std::string& doing);

/// Opens an existing file read-only on all ranks of `comm`; rank 0 reads for all what that takes (see
/// io/reading_driver.hpp). Collective; each failure (no such file on some rank, not HDF5, truncated, a read
/// that fails) is agreed on and named. What follows, each rank reads for itself.
Handle open_file(const std::string& path, const Communicator& comm);
/// The same on this rank alone.
Handle open_file(const std::string& path);
/// Creates (truncates) a file on this rank alone, without MPI; for tests and small tools. What users get is
/// made by NewFile (io/new_file.hpp).
Handle create_file(const std::string& path);

/// Whether a link of that name, and all groups on the way, are there. ReadError; DataError where a link on
/// the way leads to nothing.
bool exists(hid_t file, const std::string& path);
/// A dataset creation list without time stamps, so that equal content gives equal files.
Handle untimed_creation();
/// The same for a dataset of which every value is written: filling it first would write the file twice.
Handle unfilled_creation();

}  // namespace jetrain::hdf5

// MPI's profiling interface: each function of MPI has a second name, PMPI_..., so that a program may put its
// own in place of the first. What HDF5 calls to write a file of several ranks comes through here, while a
// WriteWatch stands: a write that was interrupted or cut short is made again, one that failed is noted with
// the system's reason, and HDF5 hears that all went well. Otherwise one rank would leave HDF5's collective
// work in its middle. (Open MPI loses the reason itself, and takes a collective write that was cut short for
// a whole one.) Each rank opens the file for itself, so that no rank waits for another within MPI-IO; HDF5
// does its waiting itself.

#include <fcntl.h>
#include <mpi.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "core/uninterrupted.hpp"
#include "core/write_watch.hpp"
#include "io/watched_access.hpp"

using jetrain::WriteWatch;

namespace {

template <class Call>
int watched(const Call& call) {
  errno = 0;
  const int result = call();
  if (result == MPI_SUCCESS || WriteWatch::active() == nullptr) return result;
  WriteWatch::active()->note(errno);
  return MPI_SUCCESS;
}

/// Whether MPI-IO is ROMIO (MPICH, Intel MPI, Open MPI's io component romio321), which takes what stands
/// before a colon for the kind of file system, "ufs" being the plain one, and not for a part of the name.
bool takes_prefixes() {
  static const bool does = [] {
    MPI_File file = MPI_FILE_NULL;
    if (PMPI_File_open(MPI_COMM_SELF, "ufs:/dev/null", MPI_MODE_RDONLY, MPI_INFO_NULL, &file) != MPI_SUCCESS)
      return false;
    PMPI_File_close(&file);
    return true;
  }();
  return does;
}

/// A file's name as MPI-IO has to hear it.
std::string name_for_mpi(const std::string& name) {
  return name.find(':') != std::string::npos && takes_prefixes() ? "ufs:" + name : name;
}

/// Why a file cannot be opened, which Open MPI knows no longer when it returns; 0: it can be. As often at
/// once as Open MPI opens files for it.
int cause_not_to_open(const char* name) {
  std::array<int, 3> files{};
  int cause = 0;
  for (int& file : files) {
    file = jetrain::uninterrupted([&] { return open(name, O_RDWR | O_CLOEXEC); });
    if (file < 0 && cause == 0) cause = errno;
  }
  for (const int file : files)
    if (file >= 0) close(file);
  return cause;
}

enum class Written { whole, in_part, not_at_all };

MPI_Count bytes_of(int count, MPI_Datatype type) {
  MPI_Count element = 0;
  MPI_Type_size_x(type, &element);
  return element * count;
}

/// One write; a failed one is noted. Open MPI calls it a success of no bytes.
Written try_to_write(MPI_File file, MPI_Offset offset, const void* values, int count, MPI_Datatype type) {
  MPI_Count written = 0;
  const int result = jetrain::uninterrupted([&] {
    MPI_Status status{};
    errno = 0;
    if (PMPI_File_write_at(file, offset, values, count, type, &status) != MPI_SUCCESS) return -1;
    const int cause = errno;
    MPI_Get_elements_x(&status, MPI_BYTE, &written);
    errno = cause;
    return written == 0 && cause != 0 && bytes_of(count, type) > 0 ? -1 : 0;
  });
  if (result != 0) {
    WriteWatch::active()->note(errno);
    return Written::not_at_all;
  }
  return written == bytes_of(count, type) ? Written::whole : Written::in_part;
}

/// A write that was cut short, in halves, since which part is missing is not told; the last half tells why,
/// or all is written after all. Offsets count bytes of the file's view.
void write_in_halves(MPI_File file, MPI_Offset offset, const char* bytes, int count) {
  if (WriteWatch::active()->failed()) return;
  if (try_to_write(file, offset, bytes, count, MPI_BYTE) != Written::in_part) return;
  if (count == 1) return WriteWatch::active()->note(0);
  write_in_halves(file, offset, bytes, count / 2);
  write_in_halves(file, offset + count / 2, bytes + count / 2, count - count / 2);
}

}  // namespace

extern "C" {

int MPI_File_open(MPI_Comm comm, const char* name, int mode, MPI_Info info, MPI_File* file) {
  WriteWatch* const watch = WriteWatch::active();
  const std::string name_there = name_for_mpi(name);
  if (watch == nullptr) return PMPI_File_open(comm, name_there.c_str(), mode, info, file);
  constexpr int kMostTries = 3;
  int result = MPI_SUCCESS;
  int cause = 0;
  for (int tries = 0; tries < kMostTries && cause == 0; ++tries) {
    result = PMPI_File_open(MPI_COMM_SELF, name_there.c_str(), mode, info, file);
    if (result == MPI_SUCCESS) return result;
    cause = cause_not_to_open(name);
  }
  watch->note(cause);
  return result;
}

int MPI_File_write_at(MPI_File file, MPI_Offset offset, const void* values, int count, MPI_Datatype type,
                      MPI_Status* status) {
  WriteWatch* const watch = WriteWatch::active();
  if (watch == nullptr) return PMPI_File_write_at(file, offset, values, count, type, status);
  if (!watch->failed() && try_to_write(file, offset, values, count, type) == Written::in_part) {
    int size = 0;
    int packed = 0;
    MPI_Pack_size(count, type, MPI_COMM_SELF, &size);
    std::vector<char> bytes(static_cast<std::size_t>(size));
    MPI_Pack(values, count, type, bytes.data(), size, &packed, MPI_COMM_SELF);
    write_in_halves(file, offset, bytes.data(), packed);
  }
  if (status != MPI_STATUS_IGNORE) MPI_Status_set_elements_x(status, MPI_BYTE, bytes_of(count, type));
  return MPI_SUCCESS;
}

/// Each rank by itself: where ranks write for each other, one that fails leaves the others waiting.
int MPI_File_write_at_all(MPI_File file, MPI_Offset offset, const void* values, int count, MPI_Datatype type,
                          MPI_Status* status) {
  if (WriteWatch::active() == nullptr)
    return PMPI_File_write_at_all(file, offset, values, count, type, status);
  return MPI_File_write_at(file, offset, values, count, type, status);
}

int MPI_File_set_size(MPI_File file, MPI_Offset size) {
  return watched([&] { return PMPI_File_set_size(file, size); });
}

int MPI_File_sync(MPI_File file) {
  return watched([&] { return PMPI_File_sync(file); });
}

int MPI_File_close(MPI_File* file) {
  return watched([&] { return PMPI_File_close(file); });
}

}  // extern "C"

namespace jetrain::hdf5 {

Handle watched_access(const Communicator& comm) {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  check(H5Pset_fapl_mpio(access, comm.handle(), MPI_INFO_NULL), "choosing MPI-IO");
  return access;
}

}  // namespace jetrain::hdf5

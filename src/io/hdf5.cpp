#include "io/hdf5.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/write_watch.hpp"
#include "io/blosc_filter.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

herr_t keep_innermost(unsigned, const H5E_error2_t* entry, void* text) {
  if (entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

void check_readable(const std::string& path) {
  if (access(path.c_str(), R_OK) != 0)
    throw DataError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
}

void check_signature(const std::string& path) {
  check_readable(path);
  if (H5Fis_hdf5(path.c_str()) <= 0) {
    throw DataError(
        fmt::format("{} is not an HDF5 file (no HDF5 signature): give a file written by pandas, h5py or "
                    "`jetrain generate`",
                    path));
  }
}

std::string opening_failed(const std::string& path) {
  return fmt::format("{} cannot be opened, it is truncated or damaged (HDF5: {}): copy it again", path,
                     last_error());
}

Handle mpi_access(const Communicator& comm) {
  Handle access_list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  check(H5Pset_fapl_mpio(access_list, comm.handle(), MPI_INFO_NULL), "choosing MPI-IO");
  return access_list;
}

}  // namespace

void initialize() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  register_blosc_filter();
}

std::string last_error() {
  std::string text = "no details";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &text);
  return text;
}

hid_t check(hid_t id, const std::string& doing) {
  if (id < 0) throw DataError(fmt::format("{} failed (HDF5: {})", doing, last_error()));
  return id;
}

hid_t check_written(hid_t id, const std::string& doing) {
  const WriteWatch* const watch = WriteWatch::active();
  if (watch != nullptr && watch->failed())
    throw DataError(fmt::format("{} failed: {}", doing, watch->reason()));
  return check(id, doing);
}

Handle open_file(const std::string& path, const Communicator& comm) {
  initialize();
  // A rank that cannot read the file must not be the only one to say so within MPI-IO; the signature is the
  // same for all.
  comm.agree([&] { comm.is_root() ? check_signature(path) : check_readable(path); });
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, mpi_access(comm)), H5Fclose);
  comm.agree([&] {
    if (file < 0) throw DataError(opening_failed(path));
  });
  return file;
}

Handle open_file(const std::string& path) {
  initialize();
  check_signature(path);
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (file < 0) throw DataError(opening_failed(path));
  return file;
}

Handle create_file(const std::string& path) {
  initialize();
  Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  check(file, "creating " + path);
  return file;
}

Handle together(hid_t kind) {
  Handle access(H5Pcreate(kind), H5Pclose);
  check(H5Pset_all_coll_metadata_ops(access, true), "choosing collective reads of metadata");
  return access;
}

bool exists(hid_t file, const std::string& path, hid_t link_access) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (H5Lexists(file, path.substr(0, slash).c_str(), link_access) <= 0) return false;
  }
  return H5Lexists(file, path.c_str(), link_access) > 0;
}

Handle untimed_creation() {
  Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  check(H5Pset_obj_track_times(creation, false), "choosing files without time stamps");
  return creation;
}

Handle unfilled_creation() {
  Handle creation = untimed_creation();
  check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "switching filling off");
  // As HDF5 does by itself in files of several ranks: so that one rank's file is the same.
  check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "choosing room in advance");
  return creation;
}

std::string library_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace jetrain::hdf5

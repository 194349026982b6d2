#include "io/reading_driver.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

#include "io/file_driver.hpp"

namespace jetrain::hdf5 {

struct OpenFile : DriverFile {
  OpenFile(InputFile file, const Communicator* comm) : input(std::move(file)), shared_by(comm) {
    end_of_file = static_cast<haddr_t>(input.size());
  }

  InputFile input;
  const Communicator* shared_by;  ///< nullptr: each rank reads for itself
};

namespace {

/// What the driver is told at opening. HDF5 copies it as bytes.
struct Access {
  InputFile* input = nullptr;  ///< already open; nullptr: the driver opens it (a virtual dataset's source)
  const Communicator* shared_by = nullptr;
};

struct Failure {
  ReadCause cause = 0;
  std::string path;
};
/// HDF5 reads in the thread that calls it.
thread_local std::optional<Failure> failure;

/// The first failure is the cause of those that follow.
void remember(const std::string& path, ReadCause cause) noexcept {
  try {
    if (!failure) failure = Failure{cause, path};
  } catch (const std::exception&) {
    failure = Failure{cause, {}};
  }
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t access_list, haddr_t) noexcept {
  const auto* access = static_cast<const Access*>(H5Pget_driver_info(access_list));
  if (access == nullptr || (flags & H5F_ACC_RDWR) != 0) return nullptr;
  try {
    if (access->input != nullptr) return new OpenFile(std::move(*access->input), access->shared_by);
    return new OpenFile(InputFile(name), nullptr);
  } catch (const std::exception&) {
    // HDF5 looks for a source in several places, and takes one that it cannot open for one that is not there.
    if (errno != ENOENT && errno != ENOTDIR) remember(name, errno);
    return nullptr;
  }
}

herr_t close_file(H5FD_t* file) noexcept {
  delete static_cast<OpenFile*>(file);
  return 0;
}

/// For the sources of its virtual datasets, which each rank opens where it needs them.
void* access_of(H5FD_t*) noexcept {
  void* access = std::malloc(sizeof(Access));  // HDF5 frees it
  if (access != nullptr) new (access) Access();
  return access;
}

/// Zeros stand behind the end that the file had when it was opened: HDF5 looks there as it reads ahead.
ReadCause read_here(const OpenFile& file, std::int64_t offset, std::span<std::byte> bytes) noexcept {
  const std::int64_t stored = std::clamp<std::int64_t>(file.input.size() - offset, 0, std::ssize(bytes));
  const auto [inside, beyond] = std::pair(bytes.first(static_cast<std::size_t>(stored)),
                                          bytes.subspan(static_cast<std::size_t>(stored)));
  std::fill(beyond.begin(), beyond.end(), std::byte{0});
  return read_at(file.input.descriptor(), offset, inside);
}

herr_t read_bytes(H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) noexcept {
  const auto& file = *static_cast<const OpenFile*>(base);
  const std::span bytes(static_cast<std::byte*>(buffer), size);
  ReadCause cause = 0;
  if (file.shared_by == nullptr || file.shared_by->is_root())
    cause = read_here(file, static_cast<std::int64_t>(address), bytes);
  if (file.shared_by != nullptr) {
    file.shared_by->broadcast(std::span(&cause, 1));
    if (cause == 0) file.shared_by->broadcast_bytes(bytes);
  }
  if (cause == 0) return 0;
  remember(file.input.path(), cause);
  return -1;
}

herr_t refuse_write(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, std::size_t, const void*) noexcept {
  return -1;
}

H5FD_class_t driver_class() {
  H5FD_class_t driver = basic_driver("jetrain_reading", 600);
  driver.fapl_size = sizeof(Access);
  driver.fapl_get = access_of;
  driver.open = open_file;
  driver.close = close_file;
  driver.get_handle = [](H5FD_t* file, hid_t, void** handle) noexcept -> herr_t {
    *handle = static_cast<OpenFile*>(file);
    return 0;
  };
  driver.read = read_bytes;
  driver.write = refuse_write;
  return driver;
}

hid_t driver_id() {
  static const H5FD_class_t driver = driver_class();
  static hid_t id = -1;
  return id = registered(driver, id);
}

OpenFile* opened(hid_t file) {
  void* handle = nullptr;
  check(H5Fget_vfd_handle(file, H5P_DEFAULT, &handle), "asking for a file's driver");
  return static_cast<OpenFile*>(handle);
}

}  // namespace

Handle open_through_driver(InputFile input, const Communicator* shared_by) {
  const std::string path = input.path();
  const Handle access_list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  const Access access{&input, shared_by};
  check(H5Pset_driver(access_list, driver_id(), &access), "choosing how to read " + path);
  failure.reset();
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access_list), H5Fclose);
  const std::string note = file < 0 ? last_error() : "";  // before another call clears it
  if (file >= 0) opened(file)->shared_by = nullptr;
  require_reads("opening it");
  if (file < 0)
    throw DataError(fmt::format("{} cannot be opened (HDF5: {}){}", path, note, advice_for_opening(note)));
  return file;
}

SharedReads::SharedReads(hid_t file, const Communicator& comm) : file_(opened(file)) {
  if (comm.size() > 1) file_->shared_by = &comm;
}

SharedReads::~SharedReads() {
  file_->shared_by = nullptr;
}

bool reads_failed() noexcept {
  return failure.has_value();
}

void require_reads(const std::string& what) {
  if (!failure) return;
  const Failure last = *std::exchange(failure, std::nullopt);
  throw ReadError(fmt::format("reading {} failed: {}{}", last.path, describe_read_cause(last.cause),
                              what.empty() ? "" : fmt::format(" ({})", what)));
}

}  // namespace jetrain::hdf5

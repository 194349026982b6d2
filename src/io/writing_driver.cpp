// A driver for files that one rank writes. It differs from HDF5's own (sec2) in that it notes a failed call
// with the system's reason, writes nothing more from there on, and tells HDF5 that all went well, so that
// HDF5 closes its file in peace.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/uninterrupted.hpp"
#include "core/write_watch.hpp"
#include "io/file_driver.hpp"
#include "io/watched_access.hpp"

namespace jetrain::hdf5 {
namespace {

struct WrittenFile : DriverFile {
  int descriptor = -1;
};

WrittenFile& of(H5FD_t* file) {
  return *static_cast<WrittenFile*>(file);
}

bool has_failed() {
  return WriteWatch::active() != nullptr && WriteWatch::active()->failed();
}

/// What HDF5 is to hear of a call that failed.
herr_t failed() {
  if (WriteWatch::active() == nullptr) return -1;
  WriteWatch::active()->note(errno);
  return 0;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t, haddr_t) {
  int how = (flags & H5F_ACC_RDWR) != 0 ? O_RDWR : O_RDONLY;
  if ((flags & H5F_ACC_TRUNC) != 0) how |= O_TRUNC;
  if ((flags & H5F_ACC_CREAT) != 0) how |= O_CREAT;
  const int descriptor = uninterrupted([&] { return open(name, how | O_CLOEXEC, 0666); });
  if (descriptor < 0) {
    failed();
    return nullptr;
  }
  auto* file = new WrittenFile;
  file->descriptor = descriptor;
  struct stat status {};
  if (fstat(descriptor, &status) == 0) file->end_of_file = static_cast<haddr_t>(status.st_size);
  return file;
}

herr_t close_file(H5FD_t* file) {
  const herr_t result = close(of(file).descriptor) == 0 ? 0 : failed();
  delete &of(file);
  return result;
}

/// What was not written yet reads as zeros.
herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
  auto* to = static_cast<char*>(buffer);
  while (size > 0) {
    const ssize_t count =
        uninterrupted([&] { return pread(of(file).descriptor, to, size, static_cast<off_t>(address)); });
    if (count < 0) {
      failed();
      return -1;
    }
    if (count == 0) break;
    to += count;
    address += static_cast<haddr_t>(count);
    size -= static_cast<std::size_t>(count);
  }
  std::fill_n(to, size, '\0');
  return 0;
}

herr_t write_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, const void* buffer) {
  const auto* from = static_cast<const char*>(buffer);
  WrittenFile& written = of(file);
  const haddr_t end = address + size;
  while (size > 0 && !has_failed()) {
    const ssize_t count =
        uninterrupted([&] { return pwrite(written.descriptor, from, size, static_cast<off_t>(address)); });
    if (count < 0) return failed();
    from += count;
    address += static_cast<haddr_t>(count);
    size -= static_cast<std::size_t>(count);
  }
  written.end_of_file = std::max(written.end_of_file, end);
  return 0;
}

herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  WrittenFile& written = of(file);
  if (written.end_of_file == written.end_of_addresses || has_failed()) return 0;
  if (uninterrupted(
          [&] { return ftruncate(written.descriptor, static_cast<off_t>(written.end_of_addresses)); }) != 0)
    return failed();
  written.end_of_file = written.end_of_addresses;
  return 0;
}

H5FD_class_t driver_class() {
  H5FD_class_t driver = basic_driver("jetrain_writing", 512);
  driver.open = open_file;
  driver.close = close_file;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate;
  constexpr H5FD_mem_t kAsSec2[] = H5FD_FLMAP_DICHOTOMY;  // its files are to equal sec2's
  std::copy(std::begin(kAsSec2), std::end(kAsSec2), std::begin(driver.fl_map));
  return driver;
}

}  // namespace

Handle watched_access() {
  static const H5FD_class_t driver = driver_class();
  static hid_t id = -1;
  id = registered(driver, id);
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  check(H5Pset_driver(access, id, nullptr), "preparing to write");
  return access;
}

}  // namespace jetrain::hdf5

// A driver for files that one rank writes. HDF5's model: a file is bytes from 0 to the "end of addresses"
// that it hands out; below it a driver reads and writes any of them. This one differs from HDF5's own (sec2)
// in that it notes a failed call with the system's reason, writes nothing more from there on, and tells HDF5
// that all went well, so that HDF5 closes its file in peace.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/uninterrupted.hpp"
#include "core/write_watch.hpp"
#include "io/watched_access.hpp"

namespace jetrain::hdf5 {
namespace {

constexpr haddr_t kMostBytes = haddr_t{1} << 62;

struct WrittenFile {
  H5FD_t common{};  ///< HDF5's part; first, since HDF5 knows the file by its address
  int descriptor = -1;
  haddr_t end_of_addresses = 0;
  haddr_t end_of_file = 0;
};

WrittenFile& of(H5FD_t* file) {
  return *reinterpret_cast<WrittenFile*>(file);
}
const WrittenFile& of(const H5FD_t* file) {
  return *reinterpret_cast<const WrittenFile*>(file);
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
  return &file->common;
}

herr_t close_file(H5FD_t* file) {
  const herr_t result = close(of(file).descriptor) == 0 ? 0 : failed();
  delete &of(file);
  return result;
}

/// As sec2, whose files these are to equal; but for what concerns other programs that read the open file.
herr_t features(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr)
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t end_of_addresses(const H5FD_t* file, H5FD_mem_t) {
  return of(file).end_of_addresses;
}

herr_t set_end_of_addresses(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  of(file).end_of_addresses = end;
  return 0;
}

haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) {
  return of(file).end_of_file;
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
  H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION  // HDF5 1.14
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(512);  // drivers that are not registered with the HDF Group
#endif
  driver.name = "jetrain_writing";
  driver.maxaddr = kMostBytes;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.open = open_file;
  driver.close = close_file;
  driver.query = features;
  driver.get_eoa = end_of_addresses;
  driver.set_eoa = set_end_of_addresses;
  driver.get_eof = end_of_file;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate;
  constexpr H5FD_mem_t kAsSec2[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(kAsSec2), std::end(kAsSec2), std::begin(driver.fl_map));
  return driver;
}

}  // namespace

Handle watched_access() {
  static const H5FD_class_t driver = driver_class();
  static const hid_t id = check(H5FDregister(&driver), "preparing to write");
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  check(H5Pset_driver(access, id, nullptr), "preparing to write");
  return access;
}

}  // namespace jetrain::hdf5

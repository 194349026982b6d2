#include "io/file_driver.hpp"

#include "io/hdf5.hpp"

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

namespace jetrain::hdf5 {
namespace {

/// As those of HDF5's own driver (sec2), but for what concerns other programs that read an open file.
herr_t say_features(const H5FD_t*, unsigned long* features) noexcept {
  if (features != nullptr)
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
                H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t end_of_addresses(const H5FD_t* file, H5FD_mem_t) noexcept {
  return static_cast<const DriverFile*>(file)->end_of_addresses;
}

herr_t set_end_of_addresses(H5FD_t* file, H5FD_mem_t, haddr_t end) noexcept {
  static_cast<DriverFile*>(file)->end_of_addresses = end;
  return 0;
}

haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) noexcept {
  return static_cast<const DriverFile*>(file)->end_of_file;
}

}  // namespace

H5FD_class_t basic_driver(const char* name, [[maybe_unused]] int number) {
  constexpr haddr_t kMostBytes = haddr_t{1} << 62;
  H5FD_class_t driver{};
#if H5_VERSION_GE(1, 13, 0)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(number);
#endif
  driver.name = name;
  driver.maxaddr = kMostBytes;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.query = say_features;
  driver.get_eoa = end_of_addresses;
  driver.set_eoa = set_end_of_addresses;
  driver.get_eof = end_of_file;
  return driver;
}

hid_t registered(const H5FD_class_t& driver, hid_t id) {
  if (id >= 0 && H5Iget_type(id) == H5I_VFL) return id;
  return check(H5FDregister(&driver), std::string("preparing the driver ") + driver.name);
}

}  // namespace jetrain::hdf5

#include "layouts/metadata_cache.hpp"

#include "io/hdf5.hpp"

namespace jetrain::hdf5 {

void keep_metadata_in_cache(hid_t file) {
  constexpr std::size_t kLargestThresholdBytes = std::size_t{32} << 20;  // HDF5 accepts no more
  H5AC_cache_config_t config{};
  config.version = H5AC__CURR_CACHE_CONFIG_VERSION;
  check(H5Fget_mdc_config(file, &config), "asking for the metadata cache's settings");
  config.dirty_bytes_threshold = kLargestThresholdBytes;
  check(H5Fset_mdc_config(file, &config), "setting the metadata cache");
}

}  // namespace jetrain::hdf5

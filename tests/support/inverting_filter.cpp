// A filter of HDF5 as a plugin, which HDF5 loads where HDF5_PLUGIN_PATH names its folder: it inverts each
// byte, both ways.

#include <H5PLextern.h>

namespace {

constexpr H5Z_filter_t kForTests = 270;  // of the numbers that are free for tests

size_t invert(unsigned, size_t, const unsigned*, size_t bytes, size_t*, void** buffer) {
  auto* const values = static_cast<unsigned char*>(*buffer);
  for (size_t i = 0; i < bytes; ++i) values[i] = static_cast<unsigned char>(~values[i]);
  return bytes;
}

const H5Z_class2_t kFilter{H5Z_CLASS_T_VERS, kForTests, 1, 1, "inverted", nullptr, nullptr, invert};

}  // namespace

extern "C" {

H5PL_type_t H5PLget_plugin_type() {
  return H5PL_TYPE_FILTER;
}

const void* H5PLget_plugin_info() {
  return &kFilter;
}

}  // extern "C"

#include "io/blosc_filter.hpp"

#include <blosc.h>

#include <array>
#include <cstdlib>
#include <mutex>

#include "io/hdf5.hpp"

namespace jetrain::hdf5 {
namespace {

constexpr unsigned kFilterRevision = 2;
constexpr unsigned kBloscFormat = BLOSC_VERSION_FORMAT;
constexpr int kLevel = 5;

/// Leaves a note on HDF5's stack of errors.
size_t out_of_memory(size_t bytes) {
  H5Epush2(H5E_DEFAULT, __FILE__, "blosc_filter", __LINE__, H5E_ERR_CLS, H5E_RESOURCE, H5E_NOSPACE,
           "out of memory for a chunk of %zu bytes", bytes);
  return 0;
}

/// HDF5's filter callback: replaces *buffer by its (de)compressed form; returns the new length, or 0 for
/// failure. What cannot be compressed gets a little longer.
size_t blosc_filter(unsigned flags, size_t value_count, const unsigned* values, size_t bytes,
                    size_t* buffer_bytes, void** buffer) {
  size_t capacity = 0;
  void* result = nullptr;
  int length = 0;
  if ((flags & H5Z_FLAG_REVERSE) != 0) {
    if (blosc_cbuffer_validate(*buffer, bytes, &capacity) != 0 || capacity == 0) return 0;
    result = std::malloc(capacity);
    if (result == nullptr) return out_of_memory(capacity);
    length = blosc_decompress_ctx(*buffer, result, capacity, 1);
  } else {
    const size_t element_bytes = value_count > 2 ? values[2] : 1;
    const int level = value_count > 4 ? static_cast<int>(values[4]) : kLevel;
    const int shuffle = value_count > 5 ? static_cast<int>(values[5]) : BLOSC_SHUFFLE;
    capacity = bytes + BLOSC_MAX_OVERHEAD;
    result = std::malloc(capacity);
    if (result == nullptr) return out_of_memory(capacity);
    length = blosc_compress_ctx(level, shuffle, element_bytes, bytes, *buffer, result, capacity,
                                BLOSC_BLOSCLZ_COMPNAME, 0, 1);
  }
  if (length <= 0) {
    std::free(result);
    return 0;
  }
  std::free(*buffer);
  *buffer = result;
  *buffer_bytes = capacity;
  return static_cast<size_t>(length);
}

}  // namespace

void register_blosc_filter() {
  static std::once_flag once;
  std::call_once(once, [] {
    static const H5Z_class2_t filter_class{H5Z_CLASS_T_VERS, kBloscFilter, 1,       1,
                                           "blosc",          nullptr,      nullptr, blosc_filter};
    check(H5Zregister(&filter_class), "registering the Blosc filter with HDF5");
  });
}

void add_blosc_filter(hid_t creation_list, std::size_t element_bytes, std::size_t chunk_bytes) {
  const std::size_t blosc_element = element_bytes <= BLOSC_MAX_TYPESIZE ? element_bytes : 1;
  const std::array<unsigned, 6> values{
      kFilterRevision, kBloscFormat, static_cast<unsigned>(blosc_element), static_cast<unsigned>(chunk_bytes),
      kLevel,          BLOSC_SHUFFLE};
  check(H5Pset_filter(creation_list, kBloscFilter, H5Z_FLAG_MANDATORY, values.size(), values.data()),
        "setting the Blosc filter");
}

bool blosc_decompress_into(std::span<const std::byte> compressed, std::span<std::byte> raw) noexcept {
  size_t content = 0;
  if (blosc_cbuffer_validate(compressed.data(), compressed.size(), &content) != 0) return false;
  if (content != raw.size()) return false;
  return blosc_decompress_ctx(compressed.data(), raw.data(), raw.size(), 1) == static_cast<int>(raw.size());
}

}  // namespace jetrain::hdf5

#pragma once

/// \file
/// HDF5 filter 32001, Blosc, registered inside this process from libblosc, so that no plugin with an HDF5 of
/// its own is needed. The buffer is Blosc's own, self-describing format (github.com/Blosc/hdf5-blosc
/// documents the client values: revision, format, type size, chunk bytes, level, shuffle, compressor).

#include <hdf5.h>

#include <cstddef>
#include <span>

namespace jetrain::hdf5 {

constexpr H5Z_filter_t kBloscFilter = 32001;

/// Makes the filter known to HDF5 (once per process; later calls do nothing).
void register_blosc_filter();

/// Adds Blosc (level 5, byte shuffle where elements are at most 255 bytes long) to a dataset creation list,
/// with the client values that PyTables and hdf5-blosc write.
void add_blosc_filter(hid_t creation_list, std::size_t element_bytes, std::size_t chunk_bytes);

/// Decompresses one Blosc buffer into `raw`, whose size must be exactly that of the content. Thread-safe.
/// Returns false where the buffer is damaged or of another size.
bool blosc_decompress_into(std::span<const std::byte> compressed, std::span<std::byte> raw) noexcept;

}  // namespace jetrain::hdf5

#pragma once

/// \file
/// Undoes a dataset's filters on a raw chunk, outside the HDF5 library and its one global lock, so that
/// threads can decompress side by side. HDF5's model: a chunk passes the pipeline's filters in order when it
/// is written; a filter that could not help leaves the chunk alone and sets its bit in the chunk's filter
/// mask.

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace jetrain {

class ChunkDecoder {
 public:
  /// The decoder for a dataset's creation list; nothing where its filters are other than an optional shuffle
  /// followed by at most one of deflate and Blosc.
  static std::optional<ChunkDecoder> of(hid_t creation_list);

  /// The content of `stored`: a pointer into `stored`, `raw` or `scratch` (both of the chunk's full size), or
  /// nullptr where the chunk is damaged. Thread-safe.
  const std::byte* decode(std::span<const std::byte> stored, std::uint32_t filter_mask,
                          std::span<std::byte> raw, std::span<std::byte> scratch) const;

 private:
  enum class Kind { shuffle, deflate, blosc };
  struct Filter {
    Kind kind;
    std::uint32_t mask_bit;
  };
  std::optional<Filter> shuffle_;
  std::optional<Filter> compressor_;
  std::size_t shuffled_element_bytes_ = 1;
};

}  // namespace jetrain

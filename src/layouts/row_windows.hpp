#pragma once

/// \file
/// One dataset's rows on their way from the file to memory, window by window: what is read of the file while
/// the window before is worked on, and what threads then decode.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "layouts/row_range.hpp"
#include "layouts/stored_array.hpp"

namespace jetrain {

/// Of one thread, from chunk to chunk.
struct DecodeBuffers {
  std::vector<std::byte> raw;
  std::vector<std::byte> scratch;
};

/// The content of a chunk that has the rows `rows`; it may stand in the buffers. DataError where it is
/// damaged.
const std::byte* decode_chunk(const RawChunks& chunks, const hdf5::StoredChunk& stored, RowRange rows,
                              DecodeBuffers& buffers);

/// Of one reading. Windows follow one another without a gap.
class RowWindows {
 public:
  virtual ~RowWindows() = default;

  /// Reads of the file what the rows `window` need: the next ones, of which nothing is decoded yet. By the
  /// calling thread; errors are kept for advance().
  virtual void load(RowRange window) noexcept = 0;
  /// The window loaded last becomes the one to be decoded; the rows of the one before are given up.
  /// DataError, ReadError of load().
  virtual void advance() = 0;
  /// Pieces of it that threads may decode at the same time; each once. DataError where one is damaged.
  virtual std::int64_t pieces() const noexcept = 0;
  virtual void decode(std::int64_t piece, DecodeBuffers& buffers) = 0;
  /// Its first row, when all pieces are decoded.
  virtual const std::byte* rows() const noexcept = 0;
};

/// For a reading of the rows `all`.
std::unique_ptr<RowWindows> windows_of(const StoredArray& array, RowRange all);

}  // namespace jetrain

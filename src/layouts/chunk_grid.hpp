#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "layouts/row_range.hpp"

namespace jetrain {

/// How a dataset is cut into chunks, and where a chunk's elements stand in its rows. HDF5's model: the chunks
/// are boxes of one shape that cover the dataset, also beyond its ends; in a chunk as in the dataset, the
/// last index runs fastest. Chunks that begin with the same row are a band: (band, 0), (band, 1), ... .
class ChunkGrid {
 public:
  /// `shape`, `chunk`: of the dataset and of each chunk, equally many sizes, at least one.
  ChunkGrid(std::vector<std::int64_t> shape, std::vector<std::int64_t> chunk, std::size_t element_bytes);

  std::size_t row_bytes() const noexcept { return row_bytes_; }
  std::size_t chunk_bytes() const noexcept { return chunk_bytes_; }
  std::int64_t band_rows() const noexcept { return chunk_[0]; }
  std::int64_t bands() const noexcept;
  std::int64_t chunks_in_band() const noexcept { return chunks_in_band_; }
  /// Whether a chunk is so many rows one after another.
  bool has_whole_rows() const noexcept { return whole_rows_; }

  /// The indices of a chunk's first element.
  std::vector<std::int64_t> start(std::int64_t band, std::int64_t chunk) const;
  /// Rows of a band that the dataset has.
  RowRange rows(std::int64_t band) const;
  /// Puts what a chunk has of `rows`, which are of its band, to where it belongs. `content`: of the chunk;
  /// `to`: where row rows.first begins.
  void copy(std::int64_t band, std::int64_t chunk, const std::byte* content, RowRange rows,
            std::byte* to) const;

 private:
  /// Bytes that stand together in a row and in the chunk's part of it.
  struct Run {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t bytes = 0;
  };
  std::vector<Run> runs(const std::vector<std::int64_t>& start) const;

  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> chunk_;
  std::size_t element_bytes_;
  std::size_t row_bytes_;
  std::size_t chunk_row_bytes_;
  std::size_t chunk_bytes_;
  std::int64_t chunks_in_band_ = 1;
  bool whole_rows_;
};

}  // namespace jetrain

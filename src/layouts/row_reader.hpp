#pragma once

/// \file
/// The rows of one file as bytes: every rank reads its own rows, of as many datasets side by side as are
/// wanted. What the bytes mean, FileColumns says (layouts/file_columns.hpp).
///
/// Chunks come raw from the file and are decoded by OpenMP threads, outside the HDF5 library and its one
/// global lock, whatever their shape, and while the next ones are read. Where a row is one piece of a chunk
/// and one dataset is all that is wanted, blocks point into the decoded chunk: nothing is copied. All else
/// that HDF5 can read (other filters, virtual and external datasets), it reads itself.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "layouts/file_columns.hpp"
#include "layouts/place.hpp"
#include "layouts/row_range.hpp"

namespace jetrain {

/// Consecutive rows of the wanted datasets, decoded but otherwise as they stand in the file.
struct RawRows {
  struct Array {
    const std::byte* first = nullptr;  ///< row `first_row`; nullptr where the dataset is not wanted
    std::size_t row_bytes = 0;         ///< from one row to the next
  };
  std::int64_t first_row = 0;  ///< in the file
  std::int64_t rows = 0;
  std::span<const Array> arrays;  ///< by the datasets' numbers

  const std::byte* row(std::size_t array, std::int64_t i) const {
    return arrays[array].first + static_cast<std::size_t>(i) * arrays[array].row_bytes;
  }
  const std::byte* at(const NumberPlace& place, std::int64_t i) const {
    return row(place.array, i) + place.offset;
  }
  double number(const NumberPlace& place, std::int64_t i) const {
    return number_at(at(place, i), place.format);
  }
};

class RowReader {
 public:
  using Consume = std::function<void(std::int64_t slot, const RawRows& rows)>;
  using EndWindow = std::function<void(std::int64_t count)>;

  /// `wanted`: numbers of datasets, in any order, also repeated. DataError where they have different numbers
  /// of rows. `file` must live as long. Nothing is read.
  RowReader(const FileColumns& file, std::vector<std::size_t> wanted);
  ~RowReader();
  RowReader(RowReader&&) noexcept;
  RowReader& operator=(RowReader&&) noexcept;

  std::int64_t rows() const noexcept;
  /// Slices of ranks should begin at multiples of it, so that few chunks are decoded twice; at least 1.
  std::int64_t border_rows() const noexcept;

  /// Reads the rows of `range` (this rank's own; no other rank takes part: nothing here is collective) and
  /// hands them over in blocks. Blocks of one window are handed over concurrently from OpenMP threads:
  /// `consume(slot, rows)` with slot = 0, 1, ... in row order inside the window; after each window
  /// `end_window(count)` runs on the calling thread. Memory stays bounded by one window whatever the range.
  /// DataError names file, dataset and rows; ReadError.
  void read(RowRange range, const Consume& consume, const EndWindow& end_window) const;
  /// The largest number of slots in a window.
  std::int64_t window_slots() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jetrain

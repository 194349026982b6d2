#pragma once

/// \file
/// A dataset of an HDF5 file, and the one place where rows are read and written. HDF5's model: a transfer
/// goes between equally many selected elements of the file and of memory; on the way numbers are converted,
/// and filters (gzip, Blosc, ...) applied or undone. A row is all that stands behind one index of the first
/// dimension; a scalar is one row.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "io/element_type.hpp"
#include "io/external_storage.hpp"
#include "io/hdf5.hpp"

namespace jetrain::hdf5 {

enum class Elements : std::uint8_t { integers, reals, enumeration, text, others };

/// A chunk as it stands in the file, with its filters still on (io/chunk_decoder.hpp undoes them).
struct StoredChunk {
  std::vector<std::byte> bytes;
  std::uint32_t filter_mask = 0;
};

/// Where a dataset's elements are. Only of the first two kinds do they stand at addresses in its own file.
enum class Storage : std::uint8_t { contiguous, chunked, compact, external, assembled };
/// For people; `assembled` is what HDF5 calls virtual.
const char* storage_name(Storage storage) noexcept;

/// Whether rows may be added later.
enum class Growth : std::uint8_t { none, unlimited };

class Dataset {
 public:
  Dataset() = default;
  /// DataError where `path` is no dataset, or files are missing that its elements stand in. ReadError.
  static Dataset open(hid_t file, const std::string& path);
  /// A new one; groups on the way are made. In a file of several ranks all make it alike. `creation`: how it
  /// is stored, see untimed_creation().
  static Dataset create(hid_t file, const std::string& path, hid_t type,
                        const std::vector<std::int64_t>& shape, const Handle& creation = untimed_creation(),
                        Growth growth = Growth::none);
  template <Number T>
  static Dataset create(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape,
                        const Handle& creation = untimed_creation()) {
    return create(file, path, element_type<T>().stored, shape, creation);
  }

  hid_t id() const noexcept { return id_; }
  hid_t type() const noexcept { return type_; }
  Handle creation_list() const;
  /// FILE:path, for messages.
  const std::string& name() const noexcept { return name_; }
  std::string file_name() const;
  Elements elements() const;
  const std::vector<std::int64_t>& shape() const noexcept { return shape_; }
  std::int64_t rows() const noexcept { return shape_.empty() ? 1 : shape_[0]; }
  /// Elements in a row.
  std::int64_t row_size() const noexcept { return row_size_; }
  /// The shape of a chunk, as many sizes as shape() has; empty: it is in one piece.
  const std::vector<std::int64_t>& chunk_shape() const noexcept { return chunk_shape_; }
  /// Of a chunk; 0: it is in one piece.
  std::int64_t chunk_rows() const noexcept { return chunk_shape_.empty() ? 0 : chunk_shape_[0]; }
  Storage storage() const noexcept { return storage_; }
  std::string filters() const;  ///< see describe_filters()
  /// Goes through the whole index of chunks: to be shown, not to be used while reading.
  std::int64_t stored_bytes() const;
  /// DataError where it has more than its file can hold, if a byte there stands for `compression` bytes at
  /// most: a damaged length must not become a request for all memory.
  void require_possible(std::int64_t compression = 1) const;
  /// DataError where a part of it was never written, which HDF5 would give as zeros, or as what else it was
  /// told to fill with. Goes through the whole index of chunks.
  void require_written() const;

  /// Rows first, first + 1, ... as many as `values` has room for; each rank for itself. DataError names file,
  /// dataset and rows.
  template <Number T>
  void read_rows(std::int64_t first, std::span<T> values) const {
    read_records(first, rows_in(values.size()), element_type<T>().memory, values.data());
  }
  template <Number T>
  std::vector<T> read_rows(std::int64_t first, std::int64_t count) const {
    std::vector<T> values(static_cast<std::size_t>(count * row_size_));
    read_rows(first, std::span<T>(values));
    return values;
  }
  /// One number of each row. The dataset has one dimension, or two.
  template <Number T>
  std::vector<T> read_column(std::int64_t column) const {
    std::vector<T> values(static_cast<std::size_t>(rows()));
    read(column_box(column), element_type<T>().memory, values.data());
    return values;
  }
  /// The same for elements that are no numbers; `type`: in memory.
  void read_records(std::int64_t first, std::int64_t count, hid_t type, void* values) const;
  /// The chunk whose first element has the indices `start`, multiples of chunk_shape(). DataError names its
  /// rows.
  void read_chunk(std::span<const std::int64_t> start, StoredChunk& chunk) const;

  /// `values` as rows first, first + 1, ...; from this rank alone.
  template <std::ranges::contiguous_range Values>
  void write_rows(std::int64_t first, const Values& values) {
    write_records(first, rows_in(std::ranges::size(values)),
                  element_type<std::ranges::range_value_t<Values>>().memory, std::ranges::data(values));
  }
  /// The same of all ranks of the file together, also of those that have no rows. Collective; a failure is
  /// agreed on.
  template <std::ranges::contiguous_range Values>
  void write_rows(std::int64_t first, const Values& values, const Communicator& comm) {
    write_records(first, rows_in(std::ranges::size(values)),
                  element_type<std::ranges::range_value_t<Values>>().memory, std::ranges::data(values), comm);
  }
  void write_records(std::int64_t first, std::int64_t count, hid_t type, const void* values);
  void write_records(std::int64_t first, std::int64_t count, hid_t type, const void* values,
                     const Communicator& comm);

  /// Cuts off all rows from `rows` on. Only chunked datasets can become shorter.
  void cut(std::int64_t rows);

 private:
  /// What a transfer moves: so many elements from there on, in each dimension.
  struct Box {
    std::vector<hsize_t> start;
    std::vector<hsize_t> extent;
  };

  Dataset(Handle id, std::string name);
  std::int64_t rows_in(std::size_t values) const;
  Box row_box(std::int64_t first, std::int64_t count) const;
  Box column_box(std::int64_t column) const;
  /// The rows of a box with the dataset's name.
  std::string named(const Box& box) const;
  void read(Box box, hid_t type, void* values) const;
  void read_through_hdf5(const Box& box, hid_t type, std::byte* values) const;
  void read_external(const Box& box, hid_t type, std::byte* values) const;

  Handle id_;
  Handle type_;
  std::string name_;
  std::vector<std::int64_t> shape_;
  std::int64_t row_size_ = 0;
  std::vector<std::int64_t> chunk_shape_;
  Storage storage_ = Storage::contiguous;
  std::shared_ptr<const ExternalStorage> external_;  ///< where that is its storage
  std::optional<bool>
      is_shared_;  ///< its file was opened through MPI-IO; asked at the first collective write
};

}  // namespace jetrain::hdf5

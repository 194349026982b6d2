#pragma once

/// \file
/// The bytes of one dataset, wherever they stand: how many rows of how many bytes, and the ways to them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/chunk_decoder.hpp"
#include "io/dataset.hpp"
#include "layouts/chunk_grid.hpp"
#include "layouts/file_columns.hpp"
#include "layouts/stored_type.hpp"

namespace jetrain {

/// Chunks that are read as they stand in the file, to be decoded by any thread.
struct RawChunks {
  const hdf5::Dataset* dataset = nullptr;
  ChunkGrid grid;
  ChunkDecoder decoder;
  std::string filters;  ///< for messages, by threads that must not ask HDF5
};

/// One reading of rows, by the thread that began it.
class RowBytes {
 public:
  virtual ~RowBytes() = default;
  /// Rows first, first + 1, ... as they stand in the file. DataError names file, dataset and rows; ReadError.
  /// Where rows are asked for in their order, none is read twice.
  virtual void read(std::int64_t first, std::int64_t count, std::byte* to) = 0;
};

class StoredArray {
 public:
  virtual ~StoredArray() = default;

  const std::string& name() const noexcept { return name_; }  ///< FILE:dataset
  /// (rows, ...), at least one dimension where rows are to be read.
  const std::vector<std::int64_t>& shape() const noexcept { return shape_; }
  std::int64_t rows() const noexcept { return shape_.empty() ? 0 : shape_[0]; }
  std::size_t row_bytes() const noexcept;
  const StoredType& type() const noexcept { return type_; }
  /// Why its numbers cannot be used, and what to do; empty where they can.
  const std::string& refusal() const noexcept { return refusal_; }

  /// How it is stored; its name is left to be said.
  virtual ArrayFacts facts() const = 0;
  /// nullptr where RowBytes are the only way.
  virtual const RawChunks* raw_chunks() const noexcept { return nullptr; }
  virtual std::unique_ptr<RowBytes> reading() const = 0;

 protected:
  StoredArray(std::string name, std::vector<std::int64_t> shape, StoredType type);

  std::string refusal_;

 private:
  std::string name_;
  std::vector<std::int64_t> shape_;
  StoredType type_;
};

/// A dataset of an HDF5 file. DataError, ReadError.
std::unique_ptr<StoredArray> open_dataset(hid_t file, const std::string& path);

}  // namespace jetrain

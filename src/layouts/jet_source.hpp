#pragma once

/// \file
/// Reading jets in the layout of the Top Quark Tagging Reference Dataset (Zenodo 2603256) from one or several
/// HDF5 files, in parallel: every rank opens each file and reads whole chunks of its own slice. What all need
/// to know, rank 0 reads for all.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/dataset.hpp"
#include "layouts/row_range.hpp"

namespace jetrain {

/// Consecutive rows, decoded but otherwise as they stand in the file: packed records of
/// (index int64, values_block_0 float32[804], values_block_1 int64[2]).
struct JetBlock {
  static constexpr std::size_t kRecordBytes = 8 + 804 * 4 + 16;
  std::int64_t first_row = 0;  ///< global row number of records[0]
  std::int64_t rows = 0;
  const std::byte* records = nullptr;

  /// (200, 4): E, px, py, pz, GeV.
  std::span<const float> constituents(std::int64_t i) const {
    return {reinterpret_cast<const float*>(record(i) + 8), 800};
  }
  /// E, px, py, pz of the parton that the jet stems from, GeV (zero for QCD in the reference data).
  std::span<const float, 4> truth(std::int64_t i) const {
    return std::span<const float, 4>(reinterpret_cast<const float*>(record(i) + 8) + 800, 4);
  }
  std::int64_t ttv(std::int64_t i) const { return integer(i, 0); }
  std::int64_t is_signal(std::int64_t i) const { return integer(i, 1); }

 private:
  const std::byte* record(std::int64_t i) const {
    return records + static_cast<std::size_t>(i) * kRecordBytes;
  }
  std::int64_t integer(std::int64_t i, std::size_t which) const {
    std::int64_t value = 0;
    std::memcpy(&value, record(i) + 8 + 804 * 4 + 8 * which, sizeof value);
    return value;
  }
};

/// How one file stores its jets; for people and for choosing a way to read.
struct FileLayout {
  std::string path;
  std::int64_t rows = 0;
  hdf5::Storage storage = hdf5::Storage::contiguous;
  std::int64_t chunk_rows = 0;  ///< 0: not chunked
  std::int64_t chunks = 0;
  std::string filters;  ///< "blosc level 5", "shuffle + gzip level 6", "none", ...
  std::int64_t stored_bytes = 0;
  std::int64_t decoded_bytes = 0;
  bool raw_chunks = false;  ///< read as raw chunks and decompressed by threads, not inside the HDF5 library
};

class JetSource {
 public:
  /// Opens and validates all files. Collective; DataError (agreed on) names the file and what is wrong with
  /// it.
  JetSource(std::vector<std::string> files, const Communicator& comm);
  ~JetSource();
  JetSource(JetSource&&) noexcept;
  JetSource& operator=(JetSource&&) noexcept;

  std::int64_t rows() const noexcept;  ///< over all files
  const std::vector<std::string>& files() const noexcept;
  /// Goes through each file's index of chunks, for `stored_bytes`: to be shown, not to be used while reading.
  std::vector<FileLayout> layouts() const;
  /// "FILE, row N" for messages; N counts from 0 inside the file.
  std::string place(std::int64_t global_row) const;

  /// This rank's share of `all`: contiguous, disjoint, complete over ranks; borders stand on chunk borders
  /// (or on the ends of `all`), shares differ by about one chunk. May be empty.
  RowRange slice(RowRange all, int rank, int size) const;

  /// Decodes the rows of `range` (this rank's own; no other rank takes part: nothing here is collective) and
  /// hands them over in blocks, chunk by chunk. Blocks of one window are handed over concurrently from OpenMP
  /// threads: `consume(slot, block)` with slot = 0, 1, ... in row order inside the window; after each window
  /// `end_window(count)` runs on the calling thread. Memory stays bounded by one window whatever the range.
  /// Errors name file and row.
  void read(RowRange range, const std::function<void(std::int64_t slot, const JetBlock&)>& consume,
            const std::function<void(std::int64_t count)>& end_window) const;
  /// The largest number of slots in a window.
  std::int64_t window_slots() const noexcept;

 private:
  struct File;
  const File& file_of(std::int64_t global_row) const;

  std::vector<std::unique_ptr<File>> opened_;
  std::vector<std::string> files_;
  std::int64_t threads_ = 1;  ///< window sizes are fixed at construction
};

}  // namespace jetrain

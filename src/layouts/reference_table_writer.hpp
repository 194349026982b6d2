#pragma once

/// \file
/// Writing jets in the layout of the Top Quark Tagging Reference Dataset: byte for byte the objects and
/// attributes that pandas 1.5 `to_hdf(key="table", format="table")` makes through PyTables, so that
/// `pandas.read_hdf` reads them. All ranks write one file through MPI-IO, each its own rows.

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "comm/communicator.hpp"
#include "core/word.hpp"
#include "io/dataset.hpp"
#include "io/new_file.hpp"
#include "layouts/row_range.hpp"

namespace jetrain {

enum class Compression { none, blosc, gzip };
constexpr Word word_of(Compression compression) {
  switch (compression) {
    case Compression::none:
      return {"none"};
    case Compression::blosc:
      return {"blosc"};
    case Compression::gzip:
      return {"gzip"};
  }
  return {};
}

/// "blosc", "gzip" or "none"; UsageError for others.
Compression compression_from_name(const std::string& name);

/// One row, as it stands in the file.
struct ReferenceRecord {
  std::int64_t index;                   ///< row number
  std::array<float, 804> block_0;       ///< (200, 4) E, px, py, pz; then the truth's E, px, py, pz; GeV
  std::array<std::int64_t, 2> block_1;  ///< ttv, is_signal_new
};
static_assert(sizeof(ReferenceRecord) == 8 + 804 * 4 + 16);

class ReferenceTableWriter {
 public:
  /// PyTables' choice for this record. Each rank compresses its own chunks, so they need not be larger to be
  /// written in parallel, and what reads the reference dataset meets nothing new.
  static constexpr std::int64_t kChunkRows = 40;

  /// Begins a file of `rows` rows, which will appear as `path` when it is closed. Collective.
  ReferenceTableWriter(const std::string& path, std::int64_t rows, Compression compression,
                       const Communicator& comm);

  /// This rank's rows: contiguous, between chunk borders, so that no chunk belongs to two ranks. May be
  /// empty.
  RowRange range() const noexcept { return range_of(comm_->rank()); }
  /// The largest number of rows that any rank has; all ranks must make equally many calls of write.
  std::int64_t longest_range() const noexcept { return range_of(0).size(); }

  /// Makes sure that the disk has room for so many bytes more (rank 0's count). Collective.
  void reserve(std::int64_t bytes) { file_.reserve(bytes); }

  /// Writes consecutive rows from `first_row` on; `first_row` stands on a chunk border. Collective: a rank
  /// that has no rows left passes none.
  void write(std::int64_t first_row, std::span<const ReferenceRecord> records);

  /// Completes the file: it appears under its name. Collective.
  void close();

 private:
  RowRange range_of(int rank) const noexcept;
  void flush_now_and_then(std::int64_t rows);

  const Communicator* comm_;
  std::int64_t rows_;
  std::int64_t unflushed_rows_ = 0;  ///< over all ranks; see metadata_cache.hpp
  hdf5::NewFile file_;
  hdf5::Dataset dataset_;
};

}  // namespace jetrain

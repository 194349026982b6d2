#pragma once

/// \file
/// Reading jets from one or several files, in parallel: every rank opens each file and reads whole chunks of
/// its own slice. What all need to know, rank 0 reads for all. Which columns hold what, data.preset and
/// data.jets say; by themselves, those of the Top Quark Tagging Reference Dataset (Zenodo 2603256).

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "layouts/jet_columns.hpp"
#include "layouts/row_range.hpp"

namespace jetrain {

/// Consecutive rows. What JetColumns says of row i of a file, this says of its row i.
struct JetBlock {
  std::int64_t first_row = 0;  ///< global number of row 0
  std::int64_t rows = 0;
  const RawRows* raw = nullptr;
  const JetColumns* columns = nullptr;

  /// (places, 4): E, px, py, pz, GeV; a view of the row or of `room`. See JetColumns.
  std::span<const float> constituents(std::int64_t i, std::vector<float>& room) const {
    return columns->constituents(*raw, i, room);
  }
  std::optional<std::uint8_t> label(std::int64_t i) const { return columns->label(*raw, i); }
  std::string label_text(std::int64_t i) const { return columns->label_text(*raw, i); }
  std::int64_t set(std::int64_t i) const { return columns->set(*raw, i); }
  void jet_values(std::int64_t i, std::span<float> values) const { columns->jet_values(*raw, i, values); }
  void constituent_values(std::int64_t i, std::vector<float>& values) const {
    columns->constituent_values(*raw, i, values);
  }
  double weight(std::int64_t i) const { return columns->weight(*raw, i); }
};

/// How one file holds its jets; for people.
struct FileLayout {
  std::string path;
  std::int64_t rows = 0;
  std::string table;                                         ///< "" where columns are datasets of their own
  std::vector<std::pair<std::string, std::string>> columns;  ///< JetColumns::description()
  std::vector<ArrayFacts> arrays;                            ///< the datasets that are read
};

class JetSource {
 public:
  /// Opens all files and looks their columns up, as `data` says (its files do not matter). Collective;
  /// DataError (agreed on) names the file and what is wrong with it.
  JetSource(std::vector<std::string> files, const Communicator& comm, const DataConfig& data = {});
  ~JetSource();
  JetSource(JetSource&&) noexcept;
  JetSource& operator=(JetSource&&) noexcept;

  std::int64_t rows() const noexcept;  ///< over all files
  const std::vector<std::string>& files() const noexcept;
  /// Goes through each file's index of chunks, for `stored_bytes`: to be shown, not to be used while reading.
  std::vector<FileLayout> layouts() const;
  /// "FILE, row N" for messages; N counts from 0 inside the file.
  std::string place(std::int64_t global_row) const;
  /// Why the jets of some file have no class; empty where all have one.
  std::string missing_labels() const;
  /// Why the jets of some file have not the weights that are named; empty where all have.
  std::string missing_weights() const;
  /// Why some file does not say which rows train; empty where all do.
  std::string missing_sets() const;

  /// What is to be said once of how files are read.
  std::vector<std::string> doubts() const;

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
};

}  // namespace jetrain

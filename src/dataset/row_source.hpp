#pragma once

/// \file
/// Rows of files that can give samples, whatever the files' layout (config/row_layout.hpp). A new layout is
/// a new RowSource, and a case in open_rows.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "layouts/row_range.hpp"
#include "samples/sample_draft.hpp"

namespace jetrain {

/// What is wrong with a row, in words to stand behind its place.
class UnusableRow : public DataError {
 public:
  using DataError::DataError;
};

/// data.on_bad_row.
bool skips_bad_rows(const DataConfig& data);

/// Consecutive rows, decoded. Sample `i` is that of row first_row + i.
class RowBlock {
 public:
  virtual ~RowBlock() = default;

  std::int64_t first_row = 0;
  std::int64_t rows = 0;

  /// What the file says of the set (Ttv), where it does.
  virtual std::int64_t ttv(std::int64_t i) const = 0;
  /// The class, for balanced limits. UnusableRow where that can be told.
  virtual std::uint8_t label(std::int64_t i) const = 0;
  /// How much the row counts, as the file says it (data.weights).
  virtual double weight(std::int64_t) const { return 1; }
  /// The sample, made in one of several ways, with weight 1; a view of `draft`. `training`: it is to train
  /// on. Throws UnusableRow.
  virtual SampleView sample(std::int64_t i, std::size_t way, bool training, SampleDraft& draft) const = 0;
};

/// The rows of one or several files, numbered one after another.
class RowSource {
 public:
  using Consume = std::function<void(std::int64_t slot, const RowBlock& block)>;
  using EndWindow = std::function<void(std::int64_t count)>;

  virtual ~RowSource() = default;

  virtual std::int64_t rows() const = 0;
  /// "FILE, row N", N counted inside the file, for messages.
  virtual std::string place(std::int64_t row) const = 0;
  /// The first file's name, for messages.
  virtual std::string name() const = 0;
  /// "" where every row has a label; else what is missing, in words. Samples then have label 0.
  virtual std::string missing_labels() const { return {}; }
  /// Likewise of the weights that data.weights names; rows then have weight 1.
  virtual std::string missing_weights() const { return {}; }
  /// Likewise of what says which rows train (RowBlock::ttv).
  virtual std::string missing_sets() const { return {}; }
  /// What is to be said once of how the files are read, in whole sentences.
  virtual std::vector<std::string> doubts() const { return {}; }
  /// A rank's share of `all`: contiguous, disjoint, complete over ranks. May be empty.
  virtual RowRange slice(RowRange all, int rank, int size) const = 0;
  /// Windows and slots, as JetSource::read; to be gone through by read_in_slots.
  virtual void read(RowRange range, const Consume& consume, const EndWindow& end_window) const = 0;
  virtual std::int64_t window_slots() const = 0;
};

/// Says of a bad row where it stands and what can be done: a DataError.
[[noreturn]] void refuse_row(const RowSource& rows, std::int64_t row, const UnusableRow& bad);

/// A row's weight as a float32. UnusableRow where it is none; DataError where it is negative and may not be:
/// to leave out such rows alone would bias what is learned.
float weight_of(const RowSource& rows, const RowBlock& block, std::int64_t i, NegativeWeights negative);

/// Opens `files` as the configs say, which differ only in what is made of a row: config `way` says how
/// RowBlock::sample makes it. `clouds`: where a config augments, training samples are clouds. Collective.
std::unique_ptr<RowSource> open_rows(const std::vector<std::string>& files,
                                     const std::vector<const Config*>& ways, bool clouds,
                                     const Communicator& comm);

}  // namespace jetrain

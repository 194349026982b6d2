#pragma once

/// \file
/// The plan of which rows of which files belong to which set, and the way from there to samples: training,
/// evaluating, predicting, preprocessing and reporting go it.

#include <algorithm>
#include <functional>
#include <memory>

#include "dataset/row_source.hpp"
#include "dataset/selection.hpp"
#include "layouts/read_in_slots.hpp"

namespace jetrain {

/// Whether each set has files of its own (split.method files).
bool sets_have_files(const DataConfig& data);

/// Whether `set` stands in the same files as others: all sets do, or training and validation in the folds of
/// a cross-validation.
bool have_files_together(const DataConfig& data, Set set);

/// The files that hold a set's rows.
std::vector<std::string> files_of(const DataConfig& data, Set set);

/// The set's rows are to be read from `files`, and those of the sets that stand in the same ones.
void read_from(DataConfig& data, Set set, const std::vector<std::string>& files);

/// Files whose rows are counted one after another, and the sets that they are read for.
struct FileGroup {
  std::vector<std::string> files;
  std::vector<Set> sets;
};

/// The groups that give `wanted`. CollectiveError where a set has no files.
std::vector<FileGroup> file_groups(const DataConfig& data, const std::vector<Set>& wanted);

/// All sets that the config names files for.
std::vector<Set> given_sets(const DataConfig& data);

/// CollectiveError where rows lack labels, which `purpose` ("training") needs.
void require_labels(const RowSource& rows, const std::string& purpose);
/// CollectiveError where they lack the weights that data.weights names.
void require_weights(const RowSource& rows);

/// The rows of one group, opened, and the set of each.
class SelectedRows {
 public:
  /// One sample that was made; its row's number, and which set it belongs to.
  using Take = std::function<void(std::int64_t row, Set set, const SampleView& sample)>;

  /// As the configs describe it, which differ only in what is made of a row (`ways`, see open_rows).
  /// Collective.
  SelectedRows(const FileGroup& group, const std::vector<const Config*>& ways, bool clouds,
               const Communicator& comm);
  /// All rows of `files`, whatever the config's split and limit, as one set. Collective.
  static SelectedRows everything(const std::vector<std::string>& files, const Config& config, Set set,
                                 const Communicator& comm);

  /// Whether rows have weights of their own.
  bool weighted() const noexcept { return weighted_; }
  const RowSource& source() const { return *source_; }
  const Selection& selection() const { return selection_; }
  /// The rows to be read; all others belong to no set.
  RowRange range() const { return selection_.range(); }
  /// This rank's share of `all`.
  RowRange mine(RowRange all, const Communicator& comm) const {
    return source_->slice(all, comm.rank(), comm.size());
  }

  /// Reads `range` of the rows: see read_in_slots.
  template <class Slot, class Work, class Collect>
  void read(RowRange range, const Work& work, const Collect& collect) const {
    read_in_slots<Slot>(*source_, range, work, collect);
  }
  /// Makes the samples, with their weights, of those rows of `block` that belong to one of the sets, in row
  /// order. A bad row is a DataError that names file and row, or is left out and counted (data.on_bad_row).
  /// `notes`: what is to be said of jets that become sets, added up; null: nothing.
  void make(const RowBlock& block, std::size_t way, std::int64_t& skipped, const Take& take,
            ReadingNotes* notes = nullptr) const;

 private:
  SelectedRows() = default;

  std::unique_ptr<RowSource> source_;
  Selection selection_;
  std::vector<Set> sets_;
  bool skip_bad_rows_ = false;
  bool by_column_ = false;  ///< the files say each row's set
  bool weighted_ = false;
  NegativeWeights negative_weights_ = NegativeWeights::error;
};

}  // namespace jetrain

#include "dataset/selected_rows.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/progress.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

bool sets_have_files(const DataConfig& data) {
  return data.split.method == SplitMethod::files;
}

bool have_files_together(const DataConfig& data, Set set) {
  return !sets_have_files(data) || (data.split.folds > 0 && set != Set::test);
}

std::vector<std::string> files_of(const DataConfig& data, Set set) {
  if (!sets_have_files(data)) return data.files;
  if (!have_files_together(data, set)) return data.files_of(set);
  std::vector<std::string> files = data.train_files;
  files.insert(files.end(), data.validation_files.begin(), data.validation_files.end());
  return files;
}

void read_from(DataConfig& data, Set set, const std::vector<std::string>& files) {
  if (!sets_have_files(data)) {
    data.files = files;
  } else if (have_files_together(data, set)) {
    data.train_files = files;
    data.validation_files.clear();
  } else {
    (set == Set::train        ? data.train_files
     : set == Set::validation ? data.validation_files
                              : data.test_files) = files;
  }
}

std::vector<FileGroup> file_groups(const DataConfig& data, const std::vector<Set>& wanted) {
  std::vector<FileGroup> groups;
  for (const Set set : wanted) {
    std::vector<std::string> files = files_of(data, set);
    if (files.empty() && sets_have_files(data)) {
      throw CollectiveError(
          fmt::format("data.{}_files: is empty, but the {} set is asked for", set_name(set), set_name(set)),
          ExitStatus::usage);
    }
    if (!groups.empty() && have_files_together(data, set) && have_files_together(data, groups.back().sets[0]))
      groups.back().sets.push_back(set);
    else
      groups.push_back({std::move(files), {set}});
  }
  return groups;
}

std::vector<Set> given_sets(const DataConfig& data) {
  std::vector<Set> sets{Set::train, Set::validation, Set::test};
  if (sets_have_files(data)) std::erase_if(sets, [&](Set set) { return data.files_of(set).empty(); });
  return sets;
}

void require_labels(const RowSource& rows, const std::string& purpose) {
  const std::string missing = rows.missing_labels();
  if (!missing.empty())
    throw CollectiveError(fmt::format("{}; {} needs labels (jetrain predict does not)", missing, purpose),
                          ExitStatus::failed);
}

void require_weights(const RowSource& rows) {
  if (const std::string missing = rows.missing_weights(); !missing.empty())
    throw CollectiveError(missing, ExitStatus::failed);
}

SelectedRows::SelectedRows(const FileGroup& group, const std::vector<const Config*>& ways, bool clouds,
                           const Communicator& comm)
    : source_(open_rows(group.files, ways, clouds, comm)),
      sets_(group.sets),
      skip_bad_rows_(skips_bad_rows(ways.front()->data)),
      by_column_(ways.front()->data.split.method == SplitMethod::column),
      weighted_(ways.front()->data.weighted()),
      negative_weights_(ways.front()->data.negative_weights) {
  const Config& config = *ways.front();
  const LimitConfig& limit = config.data.limit;
  if (limit.jets > 0 && limit.take == LimitTake::balanced)
    require_labels(*source_, "data.limit.take: balanced");
  require_weights(*source_);
  selection_ = sets_have_files(config.data) ? Selection::of_files(config, sets_.front(), *source_, comm)
                                            : Selection::from_config(config, *source_, comm);
}

SelectedRows SelectedRows::everything(const std::vector<std::string>& files, const Config& config, Set set,
                                      const Communicator& comm) {
  SelectedRows rows;
  rows.source_ = open_rows(files, {&config}, false, comm);
  rows.selection_ = Selection::everything(rows.source_->rows(), set);
  rows.sets_ = {set};
  rows.weighted_ = config.data.weighted();
  rows.negative_weights_ = config.data.negative_weights;
  // The network's outputs for arrays stand beside the arrays' own rows: none may be missing.
  rows.skip_bad_rows_ = reads_jets(config.data) && skips_bad_rows(config.data);
  return rows;
}

void SelectedRows::make(const RowBlock& block, std::size_t way, std::int64_t& skipped, const Take& take,
                        ReadingNotes* notes) const {
  SampleDraft draft;
  progress::tick();
  for (std::int64_t i = 0; i < block.rows; ++i) {
    const std::int64_t row = block.first_row + i;
    const std::int64_t ttv = block.ttv(i);
    const Set set = selection_.set_of(row, ttv);
    if (by_column_ && notes != nullptr && !names_set(ttv)) ++notes->of_no_set;
    if (std::find(sets_.begin(), sets_.end(), set) == sets_.end()) continue;
    SampleView sample;
    try {
      sample = block.sample(i, way, set == Set::train, draft);
      sample.weight = weight_of(*source_, block, i, negative_weights_);
    } catch (const UnusableRow& bad) {
      if (!skip_bad_rows_) refuse_row(*source_, row, bad);
      ++skipped;
      continue;
    }
    if (notes != nullptr) notes->add(draft.notes);
    take(row, set, sample);
  }
}

}  // namespace jetrain

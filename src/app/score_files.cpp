#include "app/score_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dataset/array_loader.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// Rows scored between two writes, on all ranks together: little memory, but dozens of windows.
constexpr std::int64_t kPieceRows = std::int64_t{1} << 18;

/// Rows of plain arrays. All rows must be good where they shall have numbers.
ScoredSlice score_arrays(const StoredModel& stored, const std::vector<std::string>& files, Set set, bool all,
                         const Communicator& comm) {
  Config config = stored.config;
  config.data.files = files;
  if (all) config.data.on_bad_row = BadRow::error;
  const LoadedSamples loaded = all ? load_arrays(config, files, set, comm) : load_arrays(config, {set}, comm);
  const SampleSet& mine = loaded[set];
  ScoredSlice slice;
  const bool many = stored.model.outputs() > 2;
  const ScoredJets scored = score_samples(
      stored.model, mine.samples.size(), [&](std::int64_t i) { return mine.samples[i]; },
      many ? &slice.outputs : nullptr);
  const std::int64_t first = mine.begins[static_cast<std::size_t>(comm.rank())];
  for (std::size_t i = 0; i < scored.scores.size(); ++i)
    slice.rows.push_back({first + static_cast<std::int64_t>(i), scored.scores[i], scored.labels[i]});
  slice.loss_sum = scored.loss_sum;
  slice.correct = scored.correct;
  slice.labelled = scored.labelled;
  slice.skipped = comm.is_root() ? loaded.rows_skipped : 0;
  return slice;
}

/// Rows of jets that a set has.
ScoredSlice score_jets(const StoredModel& stored, const std::vector<std::string>& files, Set set, bool all,
                       const Communicator& comm) {
  const JetSource source(files, comm);
  const Selection selection =
      all ? Selection::everything(source.rows(), set) : Selection::from_config(stored.config, source, comm);
  const bool skip = stored.config.data.on_bad_row == BadRow::skip;
  return score_rows(stored.model, source, selection.range(), selection, set, SampleMaker(stored.config), skip,
                    comm);
}

}  // namespace

ScoredSlice score_files(const StoredModel& stored, const std::vector<std::string>& files,
                        const std::string& split, const Communicator& comm) {
  Set set = Set::test;
  comm.agree([&] {
    if (split.empty()) return;
    set = parse_set(split);
    if (stored.config.data.split.method == SplitMethod::files) {
      throw UsageError(
          "this model was trained with split.method files: name the file of the set itself, without --split");
    }
  });
  const auto score = stored.config.data.arrays.used() ? score_arrays : score_jets;
  ScoredSlice scored = gather_scores(score(stored, files, set, split.empty(), comm), comm);
  comm.agree([&] {
    if (comm.is_root() && scored.rows.empty()) {
      throw DataError(fmt::format("no jets to score: {}{} has none{}", split, split.empty() ? "" : " set of ",
                                  files.front() + (files.size() > 1 ? ", ..." : "")));
    }
  });
  return scored;
}

void score_in_pieces(const StoredModel& stored, const std::vector<std::string>& files,
                     const std::function<void(std::int64_t most_rows)>& begin,
                     const std::function<void(const ScoredSlice& piece)>& take, const Communicator& comm) {
  const auto on_root = [&](const auto& work) {
    comm.agree([&] {
      if (comm.is_root()) work();
    });
  };
  if (stored.config.data.arrays.used()) {
    const ScoredSlice all = score_files(stored, files, "", comm);
    on_root([&] { begin(std::ssize(all.rows)); });
    on_root([&] { take(all); });
    return;
  }
  const JetSource source(files, comm);
  const Selection everything = Selection::everything(source.rows(), Set::test);
  const SampleMaker maker(stored.config);
  const bool skip = stored.config.data.on_bad_row == BadRow::skip;
  comm.agree([&] {
    if (source.rows() == 0) throw DataError(fmt::format("no jets to score: {} has none", files.front()));
  });
  on_root([&] { begin(source.rows()); });
  for (RowRange range; range.last < source.rows();) {
    range = {range.last, std::min(range.last + kPieceRows, source.rows())};
    const ScoredSlice piece = gather_scores(
        score_rows(stored.model, source, range, everything, Set::test, maker, skip, comm), comm);
    on_root([&] { take(piece); });
  }
}

}  // namespace jetrain

#include "dataset/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "config/class_names.hpp"
#include "core/permutation.hpp"
#include "dataset/drawn_rows.hpp"
#include "jetrain/error.hpp"
#include "layouts/read_in_slots.hpp"

namespace jetrain {
namespace {

/// Of a bad row that is left out.
constexpr std::uint8_t kNoLabel = 255;
/// What `byte_of(block, i)` says of each row of `range`, on every rank.
template <class ByteOf>
std::vector<std::uint8_t> read_bytes(const RowSource& rows, RowRange range, const ByteOf& byte_of,
                                     const Communicator& comm) {
  using Bytes = std::vector<std::uint8_t>;
  Bytes mine;
  comm.agree([&] {
    read_in_slots<Bytes>(
        rows, rows.slice(range, comm.rank(), comm.size()),
        [&](Bytes& slot, const RowBlock& block) {
          for (std::int64_t i = 0; i < block.rows; ++i) slot.push_back(byte_of(block, i));
        },
        [&](const Bytes& slot) { mine.insert(mine.end(), slot.begin(), slot.end()); });
  });
  Bytes all = comm.gather(std::span<const std::uint8_t>(mine));
  comm.broadcast(all);
  return all;
}

/// The classes of `range`, on every rank; kNoLabel where a row is bad and such rows are left out.
std::vector<std::uint8_t> read_labels(const RowSource& rows, RowRange range, bool skip_bad_rows,
                                      const Communicator& comm) {
  const auto label_of = [&](const RowBlock& block, std::int64_t i) {
    try {
      return block.label(i);
    } catch (const UnusableRow& bad) {
      if (!skip_bad_rows) refuse_row(rows, block.first_row + i, bad);
      return kNoLabel;
    }
  };
  return read_bytes(rows, range, label_of, comm);
}

/// Whether a row would become no sample, so that a draw must not count it.
bool is_unusable(const RowBlock& block, std::int64_t i) {
  SampleDraft draft;
  try {
    block.sample(i, 0, false, draft);
    return false;
  } catch (const UnusableRow&) {
    return true;
  }
}

/// How many jets of each class are wanted: as equal as whole numbers can be.
std::vector<std::int64_t> shares_of(std::int64_t jets, std::int64_t classes) {
  std::vector<std::int64_t> wanted;
  for (std::int64_t k = 0; k < classes; ++k) wanted.push_back(jets * (k + 1) / classes - jets * k / classes);
  return wanted;
}

[[noreturn]] void refuse_limit(std::int64_t jets, const std::vector<std::int64_t>& wanted,
                               const std::vector<std::int64_t>& found, const DataConfig& data,
                               const std::string& file) {
  std::string counts;
  const std::vector<std::string> names = class_names(data, std::ssize(wanted));
  for (std::size_t k = 0; k < wanted.size(); ++k)
    counts += fmt::format("{}{} of {} (it has {})", k == 0 ? "" : ", ", wanted[k], names[k], found[k]);
  throw CollectiveError(
      fmt::format("data.limit.jets: {} balanced jets of {} need {}: ask for fewer, or take: leading", jets,
                  file, counts),
      ExitStatus::failed);
}

/// Marks the first rows of each class, so that there are equally many. Labels are read from a leading range
/// that grows until it suffices.
std::vector<bool> keep_balanced(std::int64_t jets, const RowSource& source, const DataConfig& data,
                                const Communicator& comm) {
  const std::vector<std::int64_t> wanted =
      shares_of(jets, std::max<std::int64_t>(2, std::ssize(data.classes)));
  for (std::int64_t rows = std::min(source.rows(), jets + jets / 8 + 64);;
       rows = std::min(source.rows(), 2 * rows)) {
    const std::vector<std::uint8_t> labels = read_labels(source, {0, rows}, skips_bad_rows(data), comm);
    std::vector<std::int64_t> found(wanted.size(), 0);
    std::vector<bool> kept;
    for (const std::uint8_t label : labels) {
      if (found == wanted) break;
      if (label >= wanted.size() && label != kNoLabel) {
        throw CollectiveError(
            fmt::format(
                "data.limit.take: balanced is over {} classes, but {} has the class {}: name all with "
                "data.classes, or take: leading",
                wanted.size(), source.name(), label),
            ExitStatus::failed);
      }
      kept.push_back(label < wanted.size() && found[label] < wanted[label]);
      if (kept.back()) ++found[label];
    }
    if (found == wanted) return kept;
    if (rows == source.rows()) refuse_limit(jets, wanted, found, data, source.name());
  }
}

}  // namespace

Set parse_set(const std::string& word) {
  const std::optional<Set> set = value_named<Set>(word);
  if (set && *set != Set::none) return *set;
  throw UsageError(fmt::format("\"{}\" is no set: use train, validation or test", word));
}

const char* set_name(Set set) {
  return word_of(set).text;
}

Selection Selection::everything(std::int64_t rows, Set set) {
  Selection selection;
  selection.rows_ = rows;
  selection.only_ = set;
  return selection;
}

Selection Selection::limited(const DataConfig& data, Set set, const RowSource& rows,
                             const Communicator& comm) {
  const LimitConfig& limit = data.limit;
  Selection selection = everything(rows.rows(), set);
  if (limit.jets == 0 || limit.jets >= rows.rows()) return selection;
  selection.rows_ = limit.jets;
  if (limit.take == LimitTake::balanced) {
    selection.kept_ = keep_balanced(limit.jets, rows, data, comm);
    selection.rows_ = std::ssize(selection.kept_);
  }
  return selection;
}

Selection Selection::from_config(const Config& config, const RowSource& rows, const Communicator& comm) {
  Selection selection = before_draws(config, rows, comm);
  selection.draw(config, rows, comm);
  return selection;
}

Selection Selection::of_files(const Config& config, Set set, const RowSource& rows,
                              const Communicator& comm) {
  Selection selection = limited(config.data, set, rows, comm);
  if (set != Set::test) selection.draw(config, rows, comm);
  return selection;
}

std::vector<Selection::Drawable> Selection::drawable_rows(const Config& config, const RowSource& rows,
                                                          const Communicator& comm) const {
  std::vector<Drawable> all(static_cast<std::size_t>(rows_));
  const bool skip = skips_bad_rows(config.data);
  if (!by_ttv_ && !skip) {  // nothing needs to be read
    for (std::int64_t row = 0; row < rows_; ++row) all[static_cast<std::size_t>(row)].set = set_of(row, 0);
    return all;
  }
  constexpr std::uint8_t kUnusable = 128;
  const auto byte_of = [&](const RowBlock& block, std::int64_t i) {
    const auto set = static_cast<std::uint8_t>(set_of(block.first_row + i, block.ttv(i)));
    return static_cast<std::uint8_t>(set | (skip && is_unusable(block, i) ? kUnusable : 0));
  };
  const std::vector<std::uint8_t> bytes = read_bytes(rows, range(), byte_of, comm);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    all[i] = {static_cast<Set>(bytes[i] & ~kUnusable), (bytes[i] & kUnusable) == 0};
  return all;
}

void Selection::draw(const Config& config, const RowSource& rows, const Communicator& comm) {
  const bool folded = config.data.split.folds > 0;
  if (!folded && (config.data.limit.training_jets == 0 || only_ == Set::validation)) return;
  std::vector<Drawable> all = drawable_rows(config, rows, comm);
  // Those of a kind are numbered in their order, unusable ones left out, and become what `drawn` says of so
  // many.
  const auto draw_among = [&](const auto& among, const auto& drawn, Set if_drawn, Set if_not) {
    const auto count = std::count_if(all.begin(), all.end(), among);
    const std::vector<bool> is_drawn = drawn(count, config);
    auto next = is_drawn.begin();
    for (Drawable& row : all)
      if (among(row)) row.set = *next++ ? if_drawn : if_not;
  };
  if (folded) {
    draw_among(
        [](const Drawable& row) {
          return row.usable && (row.set == Set::train || row.set == Set::validation);
        },
        drawn_to_validate, Set::validation, Set::train);
  }
  if (config.data.limit.training_jets > 0) {
    draw_among([](const Drawable& row) { return row.usable && row.set == Set::train; }, drawn_to_train,
               Set::train, Set::none);
  }
  sets_.clear();
  for (const Drawable& row : all) sets_.push_back(row.set);
  by_ttv_ = false;
  kept_.clear();
}

Selection Selection::before_draws(const Config& config, const RowSource& rows, const Communicator& comm) {
  const SplitConfig& split = config.data.split;
  Selection selection = limited(config.data, Set::train, rows, comm);
  if (split.method == SplitMethod::column) {
    if (const std::string why = rows.missing_sets(); !why.empty())
      throw CollectiveError(
          fmt::format("data.split.method column: {}; choose another method, as random", why),
          ExitStatus::failed);
    selection.by_ttv_ = true;
    return selection;
  }
  const std::int64_t jets = selection.kept_.empty()
                                ? selection.rows_
                                : std::count(selection.kept_.begin(), selection.kept_.end(), true);
  // Keras: the first int(n * (1 - validation_split)) rows train.
  const auto rows_before = [&](double fraction_after) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(jets) * (1.0 - fraction_after)));
  };
  const std::int64_t train = rows_before(split.validation + split.test);
  const std::int64_t test_end = rows_before(split.validation);
  std::vector<Set> by_position(static_cast<std::size_t>(jets), Set::train);
  std::fill(by_position.begin() + train, by_position.begin() + test_end, Set::test);
  std::fill(by_position.begin() + test_end, by_position.end(), Set::validation);
  if (split.method == SplitMethod::random) {
    const auto order = random_permutation(jets, config.split_seed(), Purpose::split, 0);
    std::vector<Set> shuffled(by_position.size());
    for (std::size_t i = 0; i < order.size(); ++i) shuffled[order[i]] = by_position[i];
    by_position = std::move(shuffled);
  }
  if (selection.kept_.empty()) {
    selection.sets_ = std::move(by_position);
    return selection;
  }
  auto next = by_position.begin();
  for (const bool kept : selection.kept_) selection.sets_.push_back(kept ? *next++ : Set::none);
  selection.kept_.clear();
  return selection;
}

Set Selection::set_of(std::int64_t row, std::int64_t ttv) const {
  if (row >= rows_) return Set::none;
  const auto i = static_cast<std::size_t>(row);
  if (!kept_.empty() && !kept_[i]) return Set::none;
  if (by_ttv_) {
    switch (static_cast<Ttv>(ttv)) {
      case Ttv::train:
        return Set::train;
      case Ttv::test:
        return Set::test;
      case Ttv::validation:
        return Set::validation;
    }
    return Set::none;
  }
  return sets_.empty() ? only_ : sets_[i];
}

}  // namespace jetrain

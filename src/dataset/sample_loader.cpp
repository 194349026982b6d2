#include "dataset/sample_loader.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "core/progress.hpp"
#include "core/stopwatch.hpp"
#include "dataset/array_loader.hpp"
#include "dataset/sample_cache.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// What one slot of a reading window gives.
struct Slot {
  std::array<SampleStore, 4> sets;
  std::int64_t skipped = 0;
  double seconds = 0;
};

[[noreturn]] void refuse_row(const std::string& place, RowStatus status, std::int64_t label) {
  const std::string what = status == RowStatus::not_finite
                               ? std::string("a momentum is NaN or infinite")
                               : fmt::format("the label is_signal_new is {}, not 0 or 1", label);
  throw DataError(
      fmt::format("{}: {}; mend the file, or leave such rows out with data.on_bad_row: skip", place, what));
}

}  // namespace

void for_each_sample(const JetSource& source, const Selection& selection, const std::vector<Set>& wanted,
                     const SampleMaker& maker, bool skip_bad_rows, const JetBlock& block,
                     std::int64_t& skipped,
                     const std::function<void(std::int64_t row, Set set, const SampleView& image)>& take) {
  std::vector<std::uint16_t> pixels(static_cast<std::size_t>(maker.most_entries()));
  std::vector<float> values(pixels.size());
  progress::tick();
  for (std::int64_t i = 0; i < block.rows; ++i) {
    const std::int64_t row = block.first_row + i;
    const Set set = selection.set_of(row, block.ttv(i));
    if (std::find(wanted.begin(), wanted.end(), set) == wanted.end()) continue;
    const std::int64_t label = block.is_signal(i);
    std::int64_t count = 0;
    const RowStatus status =
        maker.make(block.constituents(i), set == Set::train, pixels.data(), values.data(), count);
    if (status != RowStatus::good || (label != 0 && label != 1)) {
      if (!skip_bad_rows) refuse_row(source.place(row), status, label);
      ++skipped;
      continue;
    }
    const auto used = static_cast<std::size_t>(count);
    take(row, set, {{pixels.data(), used}, {values.data(), used}, static_cast<std::uint8_t>(label)});
  }
}

std::vector<LoadedSamples> load_samples(const JetSource& source, const Selection& selection,
                                        const std::vector<Set>& wanted,
                                        const std::vector<SampleMaker>& makers, bool skip_bad_rows,
                                        const Communicator& comm) {
  std::vector<LoadedSamples> all(makers.size());
  const RowRange mine = source.slice(selection.range(), comm.rank(), comm.size());
  comm.agree([&] {
    const Stopwatch watch;
    double image_seconds = 0;
    const auto slots_each = static_cast<std::size_t>(source.window_slots());
    std::vector<Slot> slots(slots_each * makers.size());
    const auto slot_of = [&](std::size_t maker, std::int64_t i) -> Slot& {
      return slots[maker * slots_each + static_cast<std::size_t>(i)];
    };
    const auto consume = [&](std::int64_t i, const JetBlock& block) {
      for (std::size_t m = 0; m < makers.size(); ++m) {
        const Stopwatch image_watch;
        Slot& slot = slot_of(m, i);
        for_each_sample(source, selection, wanted, makers[m], skip_bad_rows, block, slot.skipped,
                        [&](std::int64_t, Set set, const SampleView& image) {
                          slot.sets[static_cast<std::size_t>(set)].append(image);
                        });
        slot.seconds = image_watch.seconds();
      }
    };
    source.read(mine, consume, [&](std::int64_t count) {
      for (std::size_t m = 0; m < makers.size(); ++m) {
        for (std::int64_t i = 0; i < count; ++i) {
          Slot& slot = slot_of(m, i);
          for (std::size_t s = 0; s < slot.sets.size(); ++s)
            all[m].sets[s].samples.append(std::move(slot.sets[s]));
          all[m].rows_skipped += slot.skipped;
          image_seconds += slot.seconds;
          slot = {};
        }
      }
    });
    for (LoadedSamples& loaded : all) {
      for (SampleSet& set : loaded.sets) set.samples.shrink_to_fit();
      loaded.preprocess_seconds = image_seconds / omp_get_max_threads();
      loaded.read_seconds = watch.seconds() - loaded.preprocess_seconds;
    }
  });
  for (LoadedSamples& loaded : all) {
    loaded.own_rows = mine.size();
    loaded.rows_read = comm.sum(mine.size());
    loaded.rows_skipped = comm.sum(loaded.rows_skipped);
    for (SampleSet& set : loaded.sets) set.count(comm);
  }
  return all;
}

LoadedSamples load_samples(const JetSource& source, const Selection& selection,
                           const std::vector<Set>& wanted, const SampleMaker& maker, bool skip_bad_rows,
                           const Communicator& comm) {
  return std::move(
      load_samples(source, selection, wanted, std::vector<SampleMaker>{maker}, skip_bad_rows, comm).front());
}

void require_samples(const SampleSet& set, Set which) {
  if (set.total() > 0) return;
  throw CollectiveError(
      fmt::format("the {} set is empty: check data.split and data.limit (`jetrain inspect FILE` shows "
                  "what the file holds)",
                  set_name(which)),
      ExitStatus::failed);
}

void require_both_classes(const SampleSet& set, Set which, const Communicator& comm) {
  require_samples(set, which);
  const std::int64_t signal = comm.sum(set.samples.signal_count());
  const std::int64_t total = set.total();
  if (signal == 0 || signal == total) {
    throw CollectiveError(fmt::format("the {} set has {} jets, all of one class ({}): a classifier needs "
                                      "both; check data.split (random "
                                      "mixes a file that is sorted by class) and data.limit (take: balanced)",
                                      set_name(which), total, signal == 0 ? "QCD" : "top"),
                          ExitStatus::failed);
  }
}

namespace {

/// The sets that `wanted` names, from the configs' data files, which are the same.
std::vector<LoadedSamples> load_from_files(const std::vector<const Config*>& configs,
                                           const std::vector<Set>& wanted, const Communicator& comm) {
  const Config& config = *configs.front();
  const DataConfig& data = config.data;
  std::vector<SampleMaker> makers;
  for (const Config* each : configs) makers.emplace_back(*each, true);
  const bool skip = data.on_bad_row == BadRow::skip;
  if (data.split.method != SplitMethod::files) {
    const JetSource source(data.files, comm);
    return load_samples(source, Selection::from_config(config, source, comm), wanted, makers, skip, comm);
  }
  std::vector<LoadedSamples> all(configs.size());
  for (const Set set : wanted) {
    const std::vector<std::string>& files = data.files_of(set);
    if (files.empty()) {
      throw CollectiveError(
          fmt::format("data.{}_files: is empty, but the {} set is asked for", set_name(set), set_name(set)),
          ExitStatus::usage);
    }
    const JetSource source(files, comm);
    std::vector<LoadedSamples> ones =
        load_samples(source, Selection::limited(data.limit, set, source, comm), {set}, makers, skip, comm);
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i][set] = std::move(ones[i][set]);
      all[i].own_rows += ones[i].own_rows;
      all[i].rows_read += ones[i].rows_read;
      all[i].rows_skipped += ones[i].rows_skipped;
      all[i].read_seconds += ones[i].read_seconds;
      all[i].preprocess_seconds += ones[i].preprocess_seconds;
    }
  }
  return all;
}

}  // namespace

std::vector<LoadedSamples> load_samples(const std::vector<const Config*>& configs,
                                        const std::vector<Set>& wanted, const Communicator& comm) {
  const DataConfig& data = configs.front()->data;
  if (data.cache.empty() && !data.arrays.used()) return load_from_files(configs, wanted, comm);
  std::vector<LoadedSamples> all;
  for (const Config* config : configs) all.push_back(load_samples(*config, wanted, comm));
  return all;
}

LoadedSamples load_samples(const Config& config, const std::vector<Set>& wanted, const Communicator& comm,
                           const Say& say) {
  const auto load = [&]() -> LoadedSamples {
    if (config.data.arrays.used()) return load_arrays(config, wanted, comm);
    return std::move(load_from_files({&config}, wanted, comm).front());
  };
  return config.data.cache.empty() ? load() : load_through_cache(config, wanted, comm, load, say);
}

}  // namespace jetrain

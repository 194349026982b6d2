#include "dataset/sample_loader.hpp"

#include <fmt/format.h>
#include <omp.h>

#include "core/out_of_memory.hpp"
#include "core/stopwatch.hpp"
#include "core/untrainable.hpp"
#include "dataset/array_axes.hpp"
#include "dataset/sample_cache.hpp"

namespace jetrain {
namespace {

/// What one slot of a reading window gives in one of the ways.
struct Made {
  std::array<SampleStore, 4> sets;
  std::vector<std::int64_t> training_rows;
  std::int64_t skipped = 0;
  ReadingNotes notes;
};

struct Slot {
  std::vector<Made> ways;
  double seconds = 0;
};

void add(std::vector<Made>& ways, std::vector<LoadedSamples>& all) {
  for (std::size_t way = 0; way < ways.size(); ++way) {
    for (std::size_t s = 0; s < ways[way].sets.size(); ++s)
      all[way].sets[s].samples.append(std::move(ways[way].sets[s]));
    const std::vector<std::int64_t>& rows = ways[way].training_rows;
    all[way].training_rows.insert(all[way].training_rows.end(), rows.begin(), rows.end());
    all[way].rows_skipped += ways[way].skipped;
    all[way].notes.add(ways[way].notes);
  }
}

/// On all ranks alike.
void require_constituents(const ReadingNotes& notes, const DataConfig& data) {
  if (notes.jets == 0 || notes.empty < notes.jets) return;
  throw CollectiveError(
      fmt::format(
          "all {} jets that were read are without any constituent: energies, or pT, are not above 0 in "
          "the columns that data.preset {} and data.jets name (`jetrain inspect` shows them)",
          notes.jets, data.preset),
      ExitStatus::failed);
}

/// The sets that `wanted` names, from the configs' data files, which are the same.
std::vector<LoadedSamples> load_from_files(const std::vector<const Config*>& configs,
                                           const std::vector<Set>& wanted, const Communicator& comm) {
  std::vector<LoadedSamples> all(configs.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i].keeps_rows = configs[i]->train.teacher.used();
  for (const FileGroup& group : file_groups(configs.front()->data, wanted)) {
    const SelectedRows rows(group, configs, true, comm);
    require_labels(rows.source(), "training");
    read_samples(rows, all, comm);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    LoadedSamples& loaded = all[i];
    loaded.rows_read = comm.sum(loaded.own_rows);
    loaded.rows_skipped = comm.sum(loaded.rows_skipped);
    loaded.notes = sum_of(loaded.notes, comm);
    require_constituents(loaded.notes, configs[i]->data);
    for (const Set set : {Set::none, Set::train, Set::validation, Set::test}) {
      loaded[set].layout = stored_layout(*configs[i], set);
      loaded[set].samples.shrink_to_fit();
      loaded[set].count(comm);
    }
  }
  return all;
}

}  // namespace

void read_samples(const SelectedRows& rows, std::vector<LoadedSamples>& all, const Communicator& comm) {
  const RowRange mine = rows.mine(rows.range(), comm);
  const auto work = [&](Slot& slot, const RowBlock& block) {
    const Stopwatch watch;
    slot.ways.resize(all.size());
    for (std::size_t way = 0; way < all.size(); ++way) {
      Made& made = slot.ways[way];
      const bool keeps_rows = all[way].keeps_rows;
      const auto keep = [&](std::int64_t row, Set set, const SampleView& sample) {
        made.sets[static_cast<std::size_t>(set)].append(sample);
        if (keeps_rows && set == Set::train) made.training_rows.push_back(row);
      };
      rows.make(block, way, made.skipped, keep, &made.notes);
    }
    slot.seconds = watch.seconds();
  };
  double seconds = 0;  // of all threads, in making samples
  const Stopwatch watch;
  comm.agree([&] {
    memory_for("the jets that this rank holds (with more hosts, or fewer jets, it needs less)", [&] {
      rows.read<Slot>(mine, work, [&](Slot& slot) {
        add(slot.ways, all);
        seconds += slot.seconds;
      });
    });
  });
  const double making = seconds / omp_get_max_threads();
  for (LoadedSamples& loaded : all) {
    loaded.own_rows += mine.size();
    loaded.notes.add({.doubts = rows.source().doubts()});
    loaded.preprocess_seconds += making;
    loaded.read_seconds += watch.seconds() - making;
  }
}

void say_of_momenta(const ReadingNotes& notes, const Say& say) {
  const std::int64_t jets = notes.jets - notes.empty;
  const auto say_of = [&](std::int64_t number, const char* what) {
    say(LogLevel::warning, fmt::format("{} of {} jets have a leading constituent {}", number, jets, what));
  };
  if (100 * notes.impossible > jets)
    say_of(
        notes.impossible,
        "whose energy does not fit its momentum (|p| above E, or E above 100 |p|): are all columns, and the "
        "axes of arrays, what they are read as (data.preset, data.jets; `jetrain inspect`)?");
  if (2 * notes.hard > jets)
    say_of(notes.hard, "of more than 7000 GeV in pT: are they in MeV (data.jets.unit: MeV)?");
  if (2 * notes.soft > jets)
    say_of(notes.soft,
           "of less than 0.5 GeV in pT: are they in GeV (data.jets.unit), and no shares of the jet's "
           "(data.jets.relative_to: jet)?");
}

void say_notes(const ReadingNotes& notes, const Say& say) {
  const auto count = [](std::int64_t number, const char* of_one, const char* of_several) {
    return fmt::format("{} {}", number, number == 1 ? of_one : of_several);
  };
  for (const std::string& doubt : notes.doubts) say(LogLevel::warning, doubt);
  if (notes.other_padding > 0)
    say(LogLevel::warning,
        fmt::format("skipped {} of padding, of which {} not zeros behind the last constituent (zeros before "
                    "it, energies not above 0, -999, NaN in all four)",
                    count(notes.padding, "place", "places"), count(notes.other_padding, "is", "are")));
  if (notes.unsorted > 0)
    say(LogLevel::info, fmt::format("sorted the constituents of {}, which did not descend in pT",
                                    count(notes.unsorted, "jet", "jets")));
  if (notes.empty > 0)
    say(LogLevel::warning, fmt::format("{} without any constituent; counted as all others",
                                       count(notes.empty, "jet is", "jets are")));
  if (notes.of_no_set > 0)
    say(LogLevel::warning,
        fmt::format(
            "left out {} of no set: the column of sets (data.jets.set) says neither 0 (train), 1 (test) "
            "nor 2 (validation)",
            count(notes.of_no_set, "row", "rows")));
  say_of_momenta(notes, say);
}

ReadingNotes sum_of(const ReadingNotes& notes, const Communicator& comm) {
  ReadingNotes all = notes;
  for (std::int64_t* number : {&all.jets, &all.padding, &all.other_padding, &all.unsorted, &all.empty,
                               &all.impossible, &all.hard, &all.soft, &all.of_no_set})
    *number = comm.sum(*number);
  return all;
}

void require_samples(const SampleSet& set, Set which) {
  if (set.total() > 0) return;
  throw Untrainable(
      fmt::format("the {} set is empty: check data.split and data.limit (`jetrain inspect FILE` shows "
                  "what the file holds)",
                  set_name(which)));
}

void require_both_classes(const SampleSet& set, Set which, const Communicator& comm) {
  require_samples(set, which);
  const std::int64_t signal = comm.sum(set.samples.signal_count());
  const std::int64_t total = set.total();
  if (signal == 0 || signal == total) {
    throw Untrainable(fmt::format(
        "the {} set has {} jets, all of one class ({}): a classifier needs both; check data.split "
        "(random mixes a file that is sorted by class) and data.limit (take: balanced)",
        set_name(which), total, signal == 0 ? "QCD" : "top"));
  }
}

std::vector<LoadedSamples> load_samples(const std::vector<const Config*>& configs,
                                        const std::vector<Set>& wanted, const Communicator& comm) {
  if (configs.front()->data.cache.empty()) return load_from_files(configs, wanted, comm);
  std::vector<LoadedSamples> all;
  for (const Config* config : configs) all.push_back(load_samples(*config, wanted, comm));
  return all;
}

LoadedSamples load_samples(const Config& config, const std::vector<Set>& wanted, const Communicator& comm,
                           const Say& say) {
  const auto load = [&] { return std::move(load_from_files({&config}, wanted, comm).front()); };
  LoadedSamples loaded =
      config.data.cache.empty() ? load() : load_through_cache(config, wanted, comm, load, say);
  say_notes(loaded.notes, say);
  const std::string doubt = doubt_about_layout(config.data.arrays);
  if (!doubt.empty()) say(LogLevel::warning, doubt);
  return loaded;
}

}  // namespace jetrain

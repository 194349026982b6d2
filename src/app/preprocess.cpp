#include "app/preprocess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "app/reading_notes.hpp"
#include "comm/threads.hpp"
#include "core/checked_cast.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/stopwatch.hpp"
#include "dataset/sample_cache.hpp"
#include "dataset/selected_rows.hpp"
#include "io/dataset.hpp"
#include "io/new_file.hpp"
#include "jetrain/error.hpp"
#include "run/config_file.hpp"
#include "samples/dense.hpp"
#include "samples/sample_layout.hpp"
#include "samples/sample_store.hpp"

namespace jetrain {
namespace {

/// Images in row order, with what each row is.
struct LabelledRows {
  SampleStore samples;
  std::vector<std::uint8_t> splits;
  std::vector<std::int64_t> rows;
  std::int64_t skipped = 0;
  ReadingNotes notes;
};

std::uint8_t ttv_of(Set set) {
  return static_cast<std::uint8_t>(set == Set::train  ? Ttv::train
                                   : set == Set::test ? Ttv::test
                                                      : Ttv::validation);
}

/// This rank's rows of all sets, one group of files after another.
LabelledRows read_all(const Config& config, const Communicator& comm) {
  LabelledRows all;
  for (const FileGroup& group : file_groups(config.data, given_sets(config.data))) {
    const SelectedRows rows(group, {&config}, false, comm);
    require_labels(rows.source(), "preprocess");
    const auto work = [&](LabelledRows& slot, const RowBlock& block) {
      const auto keep = [&](std::int64_t row, Set set, const SampleView& sample) {
        slot.samples.append(sample);
        slot.splits.push_back(ttv_of(set));
        slot.rows.push_back(row);
      };
      rows.make(block, 0, slot.skipped, keep, &slot.notes);
    };
    const auto collect = [&](LabelledRows& slot) {
      all.samples.append(std::move(slot.samples));
      all.splits.insert(all.splits.end(), slot.splits.begin(), slot.splits.end());
      all.rows.insert(all.rows.end(), slot.rows.begin(), slot.rows.end());
      all.skipped += slot.skipped;
      all.notes.add(slot.notes);
    };
    all.notes.add({.doubts = rows.source().doubts()});
    comm.agree([&] { rows.read<LabelledRows>(rows.mine(rows.range(), comm), work, collect); });
  }
  return all;
}

void write_dense(const std::string& path, const LabelledRows& mine, const Config& config,
                 const Communicator& comm) {
  constexpr std::int64_t kWindowRows = 2048;
  const SampleLayout layout = sample_layout(config);
  const std::int64_t count = mine.samples.size();
  const std::int64_t total = comm.sum(count);
  const std::int64_t first = comm.sum_before(count);
  hdf5::NewFile file(path, comm);
  constexpr std::int64_t kOtherBytes = 1 + 1 + 8;  // label, split, row
  file.reserve(total * (layout.size() * 4 + kOtherBytes));
  const Grid& grid = layout.input;
  std::vector<std::int64_t> shape{total, grid.rows, grid.columns};
  if (grid.channels > 1) shape.insert(shape.begin() + 1, grid.channels);
  hdf5::Dataset images, labels, splits, rows, features;
  comm.agree_while_writing([&] {
    const hdf5::Handle whole = hdf5::unfilled_creation();
    images = hdf5::Dataset::create<float>(file, "images", shape, whole);
    labels = hdf5::Dataset::create<std::uint8_t>(file, "labels", {total}, whole);
    splits = hdf5::Dataset::create<std::uint8_t>(file, "split", {total}, whole);
    rows = hdf5::Dataset::create<std::int64_t>(file, "row", {total}, whole);
    if (layout.features > 0)
      features = hdf5::Dataset::create<float>(file, "features", {total, layout.features}, whole);
  });

  const std::int64_t windows = comm.max(ceil_divide(count, kWindowRows));
  std::vector<float> dense;
  std::vector<float> window_features;
  std::vector<std::uint8_t> window_labels;
  for (std::int64_t w = 0; w < windows; ++w) {
    const std::int64_t begin = std::min(count, w * kWindowRows);
    const std::int64_t size = std::min(kWindowRows, count - begin);
    dense.resize(static_cast<std::size_t>(size * grid.size()));
    window_features.clear();
    window_labels.resize(static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i) {
      const SampleView sample = mine.samples[begin + i];
      const auto each = static_cast<std::size_t>(grid.size());
      to_dense(sample.input, std::span(dense).subspan(static_cast<std::size_t>(i) * each, each));
      window_features.insert(window_features.end(), sample.features.begin(), sample.features.end());
      window_labels[static_cast<std::size_t>(i)] = sample.label;
    }
    const auto window = [&](const auto& all) {
      return std::span(all).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
    };
    images.write_rows(first + begin, dense, comm);
    labels.write_rows(first + begin, window_labels, comm);
    splits.write_rows(first + begin, window(mine.splits), comm);
    rows.write_rows(first + begin, window(mine.rows), comm);
    if (layout.features > 0) features.write_rows(first + begin, window_features, comm);
  }
  for (hdf5::Dataset* dataset : {&images, &labels, &splits, &rows, &features}) *dataset = hdf5::Dataset();
  file.complete();
}

/// Sets are not dense: they become the cache of samples that a training reads.
void write_sets(const std::string& path, Config config, const Communicator& comm) {
  const Stopwatch watch;
  const std::vector<Set> wanted{Set::train, Set::validation};
  config.data.cache.clear();
  const std::string key = sample_cache_key(config, wanted, comm);
  const LoadedSamples loaded = load_samples(config, wanted, comm);
  write_sample_cache(path, key, wanted, loaded, comm);
  if (!comm.is_root()) return;
  const std::int64_t total = loaded[Set::train].total() + loaded[Set::validation].total();
  print_line("{}: the constituents of {} jets in {:.1f} s ({:.0f} jets/s); a training reads it as data.cache",
             path, total, watch.seconds(), static_cast<double>(total) / watch.seconds());
  print_notes(loaded.rows_skipped, loaded.notes);
}

}  // namespace

void preprocess(const PreprocessOptions& options, const Communicator& comm) {
  const Stopwatch watch;
  const Config config = load_config(options.config, options.assignments, true, comm);
  comm.agree([&] {
    if (!reads_jets(config.data))
      throw UsageError("preprocess makes images of jets; data.arrays names plain arrays, which need none");
    if (comm.is_root()) require_writable(options.output, options.overwrite);
  });
  set_threads(options.threads, comm);
  switch (config.input) {
    case InputKind::constituents:
      return write_sets(options.output, config, comm);
    case InputKind::image:
    case InputKind::arrays:
      break;
  }
  const LabelledRows mine = read_all(config, comm);
  const std::int64_t total = comm.sum(mine.samples.size());
  const std::int64_t skipped = comm.sum(mine.skipped);
  const ReadingNotes notes = sum_of(mine.notes, comm);
  if (total == 0)
    throw CollectiveError("no rows to preprocess: check data.split and data.limit", ExitStatus::failed);

  write_dense(options.output, mine, config, comm);
  if (!comm.is_root()) return;
  const Grid grid = sample_layout(config).input;
  print_line("{}: {} images of {} x {} in {:.1f} s ({:.0f} jets/s)", options.output, total, grid.rows,
             grid.columns, watch.seconds(), static_cast<double>(total) / watch.seconds());
  print_notes(skipped, notes);
}

}  // namespace jetrain

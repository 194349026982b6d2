#include "app/preprocess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/config_file.hpp"
#include "comm/threads.hpp"
#include "core/checked_cast.hpp"
#include "core/output_file.hpp"
#include "core/stopwatch.hpp"
#include "dataset/selected_rows.hpp"
#include "io/hdf5.hpp"
#include "io/parallel_dataset.hpp"
#include "jetrain/error.hpp"
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
    const auto work = [&](LabelledRows& slot, const RowBlock& block) {
      rows.make(block, 0, slot.skipped, [&](std::int64_t row, Set set, const SampleView& sample) {
        slot.samples.append(sample);
        slot.splits.push_back(ttv_of(set));
        slot.rows.push_back(row);
      });
    };
    const auto collect = [&](LabelledRows& slot) {
      all.samples.append(std::move(slot.samples));
      all.splits.insert(all.splits.end(), slot.splits.begin(), slot.splits.end());
      all.rows.insert(all.rows.end(), slot.rows.begin(), slot.rows.end());
      all.skipped += slot.skipped;
    };
    comm.agree([&] { rows.read<LabelledRows>(rows.mine(rows.range(), comm), work, collect); });
  }
  return all;
}

void write_dense(PendingFile& pending, const LabelledRows& mine, const Config& config,
                 const Communicator& comm) {
  constexpr std::int64_t kWindowRows = 2048;
  const SampleLayout layout = sample_layout(config);
  const std::int64_t count = mine.samples.size();
  const auto total = static_cast<hsize_t>(comm.sum(count));
  const std::int64_t first = comm.sum_before(count);
  const auto side = static_cast<hsize_t>(config.image.bins);
  const auto channels = static_cast<hsize_t>(config.image.channels.size());
  const hdf5::Handle file = hdf5::create_file(pending.name(), comm);
  comm.agree([&] {
    constexpr std::int64_t kOtherBytes = 1 + 1 + 8;  // label, split, row
    if (comm.is_root()) pending.reserve(static_cast<std::int64_t>(total) * (layout.size() * 4 + kOtherBytes));
  });
  const std::vector<hsize_t> shape = channels == 1 ? std::vector<hsize_t>{total, side, side}
                                                   : std::vector<hsize_t>{total, channels, side, side};
  const auto width = static_cast<hsize_t>(layout.features);
  hdf5::ParallelDataset images(file, "images", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, shape, comm);
  hdf5::ParallelDataset labels(file, "labels", H5T_STD_U8LE, H5T_NATIVE_UINT8, {total}, comm);
  hdf5::ParallelDataset splits(file, "split", H5T_STD_U8LE, H5T_NATIVE_UINT8, {total}, comm);
  hdf5::ParallelDataset rows(file, "row", H5T_STD_I64LE, H5T_NATIVE_INT64, {total}, comm);
  std::optional<hdf5::ParallelDataset> features;
  if (width > 0)
    features.emplace(file, "features", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, std::vector<hsize_t>{total, width},
                     comm);

  const std::int64_t windows = comm.max(ceil_divide(count, kWindowRows));
  std::vector<float> dense;
  std::vector<float> window_features;
  std::vector<std::uint8_t> window_labels;
  for (std::int64_t w = 0; w < windows; ++w) {
    const std::int64_t begin = std::min(count, w * kWindowRows);
    const std::int64_t size = std::min(kWindowRows, count - begin);
    dense.assign(static_cast<std::size_t>(size * layout.input.size()), 0.0F);
    window_features.clear();
    window_labels.resize(static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i) {
      const SampleView sample = mine.samples[begin + i];
      float* const image = dense.data() + i * layout.input.size();
      for (std::size_t k = 0; k < sample.input.positions.size(); ++k)
        image[sample.input.positions[k]] = sample.input.values[k];
      window_features.insert(window_features.end(), sample.features.begin(), sample.features.end());
      window_labels[static_cast<std::size_t>(i)] = sample.label;
    }
    images.write(first + begin, size, dense.data());
    labels.write(first + begin, size, window_labels.data());
    splits.write(first + begin, size, mine.splits.data() + begin);
    rows.write(first + begin, size, mine.rows.data() + begin);
    if (features) features->write(first + begin, size, window_features.data());
  }
}

}  // namespace

void preprocess(const PreprocessOptions& options, const Communicator& comm) {
  const Stopwatch watch;
  const Config config = load_config(options.config, options.assignments, true, comm);
  comm.agree([&] {
    if (!makes_images(config.data))
      throw UsageError("preprocess makes images of jets; data.arrays names plain arrays, which need none");
    if (comm.is_root()) require_writable(options.output, options.overwrite);
  });
  set_threads(options.threads, comm);
  const LabelledRows mine = read_all(config, comm);
  const std::int64_t total = comm.sum(mine.samples.size());
  const std::int64_t skipped = comm.sum(mine.skipped);
  if (total == 0)
    throw CollectiveError("no rows to preprocess: check data.split and data.limit", ExitStatus::failed);

  PendingFile pending(options.output, comm.is_root());
  comm.agree([&] {
    if (comm.is_root()) pending.keep_spare();
  });
  write_dense(pending, mine, config, comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    pending.complete();
    fmt::print("{}: {} images of {} x {} in {:.1f} s ({:.0f} jets/s)\n", options.output, total,
               config.image.bins, config.image.bins, watch.seconds(),
               static_cast<double>(total) / watch.seconds());
    if (skipped > 0) fmt::print("warning: {} bad rows skipped\n", skipped);
  });
}

}  // namespace jetrain

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <optional>

#include "core/input_file.hpp"
#include "core/out_of_memory.hpp"
#include "core/stopwatch.hpp"
#include "dataset/sample_cache.hpp"
#include "dataset/sample_cache_file.hpp"
#include "dataset/sample_piece.hpp"
#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "jetrain/error.hpp"
#include "samples/flat_sample.hpp"

namespace jetrain {
namespace {

using sample_cache_file::path_of;

/// Fails unless the header stands as it was written.
sample_cache_file::Header read_header(hid_t file) {
  const sample_cache_file::Header header{hdf5::text_attribute(file, "key"),
                                         hdf5::integer_attribute(file, "rows_read"),
                                         hdf5::integer_attribute(file, "rows_skipped")};
  if (header.checksum() != hdf5::integer_attribute(file, "checksum"))
    throw DataError("its header does not match its checksum");
  return header;
}

/// One set in the file: its datasets, whose shapes fit together.
class StoredSet {
 public:
  StoredSet(hid_t file, Set set, const SampleLayout& layout)
      : name_(set_name(set)),
        layout_(layout),
        counts_(hdf5::Dataset::open(file, path_of(set, "counts"))),
        labels_(hdf5::Dataset::open(file, path_of(set, "labels"))),
        positions_(hdf5::Dataset::open(file, path_of(set, "pixels"))),
        values_(hdf5::Dataset::open(file, path_of(set, "values"))) {
    read_table(hdf5::Dataset::open(file, path_of(set, "pieces")));
    const std::vector<std::int64_t> samples{samples_};
    const std::vector<std::int64_t> entries{entry_count_};
    if (counts_.shape() != samples || labels_.shape() != samples || positions_.shape() != entries ||
        values_.shape() != entries) {
      throw DataError(fmt::format("the shapes of its {} set do not fit together", name_));
    }
  }

  std::int64_t samples() const noexcept { return samples_; }
  const SampleLayout& layout() const noexcept { return layout_; }

  /// Samples first ... last - 1; reads, and verifies, the pieces that they lie in.
  SampleStore read(std::int64_t first, std::int64_t last) const {
    SampleStore store;
    std::int64_t sample = 0;
    std::int64_t entry = 0;
    for (const PieceRecord& record : table_) {
      const auto piece_samples = static_cast<std::int64_t>(record.samples);
      if (sample < last && sample + piece_samples > first) {
        const SamplePiece piece = read_piece(record, sample, entry);
        append(piece, std::max<std::int64_t>(first - sample, 0), std::min(last - sample, piece_samples),
               store);
      }
      sample += piece_samples;
      entry += static_cast<std::int64_t>(record.entries);
    }
    store.shrink_to_fit();
    return store;
  }

 private:
  void read_table(const hdf5::Dataset& dataset) {
    constexpr std::int64_t kColumns = sizeof(PieceRecord) / sizeof(std::uint64_t);
    if (dataset.shape().size() != 2 || dataset.row_size() != kColumns)
      throw DataError(fmt::format("the shapes of its {} set do not fit together", name_));
    table_.resize(static_cast<std::size_t>(dataset.rows()));
    dataset.read_records(0, dataset.rows(), hdf5::element_type<std::uint64_t>().memory, table_.data());
    for (const PieceRecord& record : table_) {
      constexpr std::uint64_t kSane = std::uint64_t{1} << 32;
      if (record.samples == 0 || record.samples > kSane || record.entries > kSane)
        throw DataError(fmt::format("the table of pieces of its {} set is no such table", name_));
      samples_ += static_cast<std::int64_t>(record.samples);
      entry_count_ += static_cast<std::int64_t>(record.entries);
    }
  }

  SamplePiece read_piece(const PieceRecord& record, std::int64_t sample, std::int64_t entry) const {
    const auto samples = static_cast<std::int64_t>(record.samples);
    const auto entries = static_cast<std::int64_t>(record.entries);
    SamplePiece piece{
        counts_.read_rows<std::uint16_t>(sample, samples), labels_.read_rows<std::uint8_t>(sample, samples),
        positions_.read_rows<std::uint16_t>(entry, entries), values_.read_rows<float>(entry, entries)};
    if (piece.checksum() != record.checksum) {
      throw DataError(fmt::format("images {} to {} of its {} set do not match their checksum", sample,
                                  sample + samples - 1, name_));
    }
    return piece;
  }

  /// Samples first ... last - 1 of `piece`.
  void append(const SamplePiece& piece, std::int64_t first, std::int64_t last, SampleStore& store) const {
    FlatSample flat(layout_);
    std::size_t begin = 0;
    for (std::int64_t i = 0; i < last; ++i) {
      const auto index = static_cast<std::size_t>(i);
      const std::size_t count = piece.counts[index];
      const SparseView entries{{piece.positions.data() + begin, count}, {piece.values.data() + begin, count}};
      if (i >= first) store.append(flat.restore(entries, piece.labels[index]));
      begin += count;
    }
  }

  const char* name_;
  SampleLayout layout_;
  hdf5::Dataset counts_;
  hdf5::Dataset labels_;
  hdf5::Dataset positions_;
  hdf5::Dataset values_;
  std::vector<PieceRecord> table_;
  std::int64_t samples_ = 0;
  std::int64_t entry_count_ = 0;
};

/// This rank's equal share.
SampleSet read_share(const StoredSet& stored, const Communicator& comm) {
  SampleSet set;
  set.layout = stored.layout();
  for (std::int64_t rank = 0; rank <= comm.size(); ++rank)
    set.begins.push_back(stored.samples() * rank / comm.size());
  const auto me = static_cast<std::size_t>(comm.rank());
  set.samples = stored.read(set.begins[me], set.begins[me + 1]);
  return set;
}

hdf5::Handle open_cache(const std::string& path) {
  try {
    return hdf5::open_file(path);
  } catch (const ReadError&) {
    throw;
  } catch (const Error&) {
    throw DataError("it cannot be opened as an HDF5 file");
  }
}

void refuse_other_files(hid_t file, const std::string& path) {
  if (hdf5::has_attribute(file, "format") &&
      hdf5::text_attribute(file, "format") == sample_cache_file::kFormat)
    return;
  throw UsageError(fmt::format(
      "data.cache: {} is an HDF5 file but no image cache: name another file, or remove this one", path));
}

/// What this rank keeps of the cache, nothing if it is stale; no other rank takes part.
std::optional<LoadedSamples> read_alone(const std::string& path, const std::string& key,
                                        const std::vector<Set>& wanted, const LayoutOf& layout_of,
                                        const Communicator& comm) {
  const hdf5::Handle file = open_cache(path);
  refuse_other_files(file, path);
  const sample_cache_file::Header header = read_header(file);
  if (header.key != key) return std::nullopt;
  LoadedSamples loaded;
  loaded.from_cache = true;
  loaded.rows_read = header.rows_read;
  loaded.rows_skipped = header.rows_skipped;
  for (SampleSet& set : loaded.sets) set.begins.assign(static_cast<std::size_t>(comm.size()) + 1, 0);
  for (const Set set : wanted) loaded[set] = read_share(StoredSet(file, set, layout_of(set)), comm);
  return loaded;
}

}  // namespace

LoadedSamples read_sample_cache(const std::string& path, const std::string& key,
                                const std::vector<Set>& wanted, const LayoutOf& layout_of,
                                const Communicator& comm) {
  const Stopwatch watch;
  LoadedSamples loaded;
  comm.agree([&] {
    std::optional<LoadedSamples> found;
    try {
      found = read_alone(path, key, wanted, layout_of, comm);
    } catch (const UsageError&) {
      throw;
    } catch (const std::bad_alloc&) {
      throw OutOfMemory("the jets that this rank holds, from the image cache " + path);
    } catch (const ReadError& error) {
      throw ReadError(fmt::format("the image cache {} cannot be used: {}", path, error.what()));
    } catch (const std::exception& error) {
      throw DataError(fmt::format("the image cache {} is damaged ({})", path, error.what()));
    }
    if (!found)
      throw DataError(fmt::format("the image cache {} is stale: its data or settings changed", path));
    loaded = std::move(*found);
  });
  loaded.read_seconds = watch.seconds();
  return loaded;
}

}  // namespace jetrain

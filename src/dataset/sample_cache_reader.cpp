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

using sample_cache_file::has_own_jets;
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

[[noreturn]] void refuse_shapes(const char* name) {
  throw DataError(fmt::format("the shapes of its {} set do not fit together", name));
}

[[noreturn]] void refuse_piece(const char* name, std::int64_t first, std::int64_t samples) {
  throw DataError(fmt::format("images {} to {} of its {} set do not match their checksum", first,
                              first + samples - 1, name));
}

/// A table of pieces, and how many samples and entries they are together.
struct PieceTable {
  PieceTable(const hdf5::Dataset& dataset, const char* name) {
    constexpr std::int64_t kColumns = sizeof(PieceRecord) / sizeof(std::uint64_t);
    if (dataset.shape().size() != 2 || dataset.row_size() != kColumns) refuse_shapes(name);
    records.resize(static_cast<std::size_t>(dataset.rows()));
    dataset.read_records(0, dataset.rows(), hdf5::element_type<std::uint64_t>().memory, records.data());
    for (const PieceRecord& record : records) {
      constexpr std::uint64_t kSane = std::uint64_t{1} << 32;
      if (record.samples == 0 || record.samples > kSane || record.entries > kSane)
        throw DataError(fmt::format("the table of pieces of its {} set is no such table", name));
      samples += static_cast<std::int64_t>(record.samples);
      entries += static_cast<std::int64_t>(record.entries);
    }
  }
  std::vector<PieceRecord> records;
  std::int64_t samples = 0;
  std::int64_t entries = 0;
};

/// What samples have that are sets.
class StoredConstituents {
 public:
  StoredConstituents(hid_t file, Set set, const SampleLayout& layout, const PieceTable& flat)
      : name_(set_name(set)),
        width_(layout.constituent_columns),
        counts_(hdf5::Dataset::open(file, path_of(set, "constituent_counts"))),
        values_(hdf5::Dataset::open(file, path_of(set, "constituents"))),
        jets_(hdf5::Dataset::open(file, path_of(set, "jets"))),
        table_(hdf5::Dataset::open(file, path_of(set, "constituent_pieces")), name_) {
    using Shape = std::vector<std::int64_t>;
    const auto same_samples = [](const PieceRecord& a, const PieceRecord& b) {
      return a.samples == b.samples;
    };
    if (!std::equal(table_.records.begin(), table_.records.end(), flat.records.begin(), flat.records.end(),
                    same_samples) ||
        counts_.shape() != Shape{flat.samples} || jets_.shape() != Shape{flat.samples, kMomentumColumns} ||
        values_.shape() != Shape{table_.entries, width_})
      refuse_shapes(name_);
  }

  /// Piece number `index`, which begins with `sample` and with `row` of the constituents.
  SetPiece read(std::size_t index, std::int64_t sample, std::int64_t row) const {
    const auto samples = static_cast<std::int64_t>(table_.records[index].samples);
    SetPiece piece{
        {counts_.read_rows<std::uint16_t>(sample, samples), values_.read_rows<float>(row, rows(index))},
        jets_.read_rows<float>(sample, samples)};
    if (piece.checksum() != table_.records[index].checksum) refuse_piece(name_, sample, samples);
    return piece;
  }
  std::int64_t rows(std::size_t index) const {
    return static_cast<std::int64_t>(table_.records[index].entries);
  }
  std::int64_t width() const noexcept { return width_; }

 private:
  const char* name_;
  std::int64_t width_;
  hdf5::Dataset counts_;
  hdf5::Dataset values_;
  hdf5::Dataset jets_;
  PieceTable table_;
};

/// One set in the file: its datasets, whose shapes fit together.
class StoredSet {
 public:
  StoredSet(hid_t file, Set set, const SampleLayout& layout)
      : name_(set_name(set)),
        layout_(layout),
        counts_(hdf5::Dataset::open(file, path_of(set, "counts"))),
        labels_(hdf5::Dataset::open(file, path_of(set, "labels"))),
        positions_(hdf5::Dataset::open(file, path_of(set, "pixels"))),
        values_(hdf5::Dataset::open(file, path_of(set, "values"))),
        table_(hdf5::Dataset::open(file, path_of(set, "pieces")), name_) {
    const std::vector<std::int64_t> samples{table_.samples};
    const std::vector<std::int64_t> entries{table_.entries};
    if (counts_.shape() != samples || labels_.shape() != samples || positions_.shape() != entries ||
        values_.shape() != entries)
      refuse_shapes(name_);
    if (layout.weighted) {
      weights_ = hdf5::Dataset::open(file, path_of(set, "weights"));
      if (weights_->shape() != samples) refuse_shapes(name_);
    }
    if (has_own_jets(layout)) {
      jets_ = hdf5::Dataset::open(file, path_of(set, "jets"));
      if (jets_->shape() != std::vector<std::int64_t>{table_.samples, kMomentumColumns}) refuse_shapes(name_);
    }
    if (layout.is_set()) constituents_.emplace(file, set, layout, table_);
  }

  std::int64_t samples() const noexcept { return table_.samples; }
  const SampleLayout& layout() const noexcept { return layout_; }

  /// Samples first ... last - 1; reads, and verifies, the pieces that they lie in.
  SampleStore read(std::int64_t first, std::int64_t last) const {
    SampleStore store;
    std::int64_t sample = 0;
    std::int64_t entry = 0;
    std::int64_t row = 0;
    for (std::size_t p = 0; p < table_.records.size(); ++p) {
      const PieceRecord& record = table_.records[p];
      const auto piece_samples = static_cast<std::int64_t>(record.samples);
      if (sample < last && sample + piece_samples > first) {
        const SamplePiece piece = read_piece(record, sample, entry);
        const SetPiece set_piece = constituents_ ? constituents_->read(p, sample, row) : SetPiece{};
        append(piece, set_piece, std::max<std::int64_t>(first - sample, 0),
               std::min(last - sample, piece_samples), store);
      }
      sample += piece_samples;
      entry += static_cast<std::int64_t>(record.entries);
      if (constituents_) row += constituents_->rows(p);
    }
    store.shrink_to_fit();
    return store;
  }

 private:
  SamplePiece read_piece(const PieceRecord& record, std::int64_t sample, std::int64_t entry) const {
    const auto samples = static_cast<std::int64_t>(record.samples);
    const auto entries = static_cast<std::int64_t>(record.entries);
    SamplePiece piece{counts_.read_rows<std::uint16_t>(sample, samples),
                      labels_.read_rows<std::uint8_t>(sample, samples),
                      positions_.read_rows<std::uint16_t>(entry, entries),
                      values_.read_rows<float>(entry, entries),
                      weights_ ? weights_->read_rows<float>(sample, samples) : std::vector<float>(),
                      jets_ ? jets_->read_rows<float>(sample, samples) : std::vector<float>()};
    if (piece.checksum() != record.checksum) refuse_piece(name_, sample, samples);
    return piece;
  }

  /// Samples first ... last - 1 of a piece.
  void append(const SamplePiece& piece, const SetPiece& set_piece, std::int64_t first, std::int64_t last,
              SampleStore& store) const {
    FlatSample flat(layout_);
    std::vector<RaggedView> sets;
    if (constituents_) sets = set_piece.constituents.views(constituents_->width());
    std::size_t begin = 0;
    for (std::int64_t i = 0; i < last; ++i) {
      const auto index = static_cast<std::size_t>(i);
      const std::size_t count = piece.counts[index];
      const SparseView entries{{piece.positions.data() + begin, count}, {piece.values.data() + begin, count}};
      if (i >= first) {
        SampleView sample = flat.restore(entries, piece.labels[index]);
        if (weights_) sample.weight = piece.weights[index];
        if (jets_) sample.jet = std::span(piece.jets).subspan(4 * index, 4);
        if (constituents_) {
          sample.constituents = sets[index];
          sample.jet = std::span(set_piece.jets).subspan(4 * index, 4);
        }
        store.append(sample);
      }
      begin += count;
    }
  }

  const char* name_;
  SampleLayout layout_;
  hdf5::Dataset counts_;
  hdf5::Dataset labels_;
  hdf5::Dataset positions_;
  hdf5::Dataset values_;
  PieceTable table_;
  std::optional<hdf5::Dataset> weights_;
  std::optional<hdf5::Dataset> jets_;
  std::optional<StoredConstituents> constituents_;
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

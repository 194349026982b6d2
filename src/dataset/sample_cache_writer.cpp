#include <algorithm>
#include <optional>

#include "core/checked_cast.hpp"
#include "core/output_file.hpp"
#include "dataset/sample_cache.hpp"
#include "dataset/sample_cache_file.hpp"
#include "dataset/sample_piece.hpp"
#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "io/new_file.hpp"
#include "samples/flat_sample.hpp"

namespace jetrain {
namespace {

using sample_cache_file::has_own_jets;
using sample_cache_file::path_of;

/// Samples in a piece, but for each rank's last: of images and of sets about 5 MB, held beside the store.
std::int64_t piece_samples(const SampleLayout& layout) {
  return layout.is_set() ? 4096 : 16384;
}

void write_header(hid_t file, const sample_cache_file::Header& header) {
  hdf5::write_attribute(file, "format", sample_cache_file::kFormat);
  hdf5::write_attribute(file, "key", header.key);
  hdf5::write_attribute(file, "rows_read", header.rows_read);
  hdf5::write_attribute(file, "rows_skipped", header.rows_skipped);
  hdf5::write_attribute(file, "checksum", header.checksum());
}

std::int64_t count_entries(const SampleStore& samples) {
  std::int64_t entries = 0;
  for (std::int64_t i = 0; i < samples.size(); ++i) entries += FlatSample::entries(samples[i]);
  return entries;
}

std::int64_t count_constituents(const SampleStore& samples) {
  std::int64_t rows = 0;
  for (std::int64_t i = 0; i < samples.size(); ++i) rows += samples[i].constituents.rows();
  return rows;
}

/// The datasets of samples that are sets.
class SetDatasets {
 public:
  /// Collective.
  SetDatasets(hdf5::NewFile& file, Set set, const SampleSet& written, std::int64_t pieces,
              const Communicator& comm)
      : width_(written.layout.constituent_columns),
        first_sample_(comm.sum_before(written.samples.size())),
        comm_(comm) {
    const std::int64_t mine = count_constituents(written.samples);
    const std::int64_t all = comm.sum(mine);
    first_row_ = comm.sum_before(mine);
    comm.agree_while_writing([&] {
      const hdf5::Handle whole = hdf5::unfilled_creation();
      const auto path = [&](const char* name) { return path_of(set, name); };
      const std::int64_t samples = written.total();
      counts_ = hdf5::Dataset::create<std::uint16_t>(file, path("constituent_counts"), {samples}, whole);
      values_ = hdf5::Dataset::create<float>(file, path("constituents"), {all, width_}, whole);
      jets_ = hdf5::Dataset::create<float>(file, path("jets"), {samples, kMomentumColumns}, whole);
      table_ = hdf5::Dataset::create<std::uint64_t>(file, path("constituent_pieces"), {pieces, 3}, whole);
    });
  }

  /// Collective; the piece may be empty.
  void write(const SetPiece& piece) {
    const std::int64_t samples = std::ssize(piece.constituents.counts);
    const std::int64_t rows = std::ssize(piece.constituents.values) / width_;
    counts_.write_rows(first_sample_, piece.constituents.counts, comm_);
    values_.write_rows(first_row_, piece.constituents.values, comm_);
    jets_.write_rows(first_sample_, piece.jets, comm_);
    first_sample_ += samples;
    first_row_ += rows;
    if (samples > 0)
      records_.push_back(
          {static_cast<std::uint64_t>(samples), static_cast<std::uint64_t>(rows), piece.checksum()});
  }
  void write_table(std::int64_t first) {
    table_.write_records(first, std::ssize(records_), hdf5::element_type<std::uint64_t>().memory,
                         records_.data(), comm_);
  }

 private:
  std::int64_t width_;
  std::int64_t first_sample_;
  std::int64_t first_row_ = 0;
  const Communicator& comm_;
  hdf5::Dataset counts_, values_, jets_, table_;
  std::vector<PieceRecord> records_;
};

/// Ranks give their pieces in turns: in every turn each rank with something left writes one.
void write_set(hdf5::NewFile& file, Set set, const SampleSet& written, const Communicator& comm) {
  const SampleStore& mine = written.samples;
  const std::int64_t my_entries = count_entries(mine);
  const std::int64_t each = piece_samples(written.layout);
  const std::int64_t my_pieces = ceil_divide(mine.size(), each);
  const std::int64_t all_samples = written.total();
  const std::int64_t all_entries = comm.sum(my_entries);
  const std::int64_t all_pieces = comm.sum(my_pieces);
  hdf5::Dataset counts, labels, positions, values, table, weights, jets;
  comm.agree_while_writing([&] {
    const hdf5::Handle whole = hdf5::unfilled_creation();
    const auto path = [&](const char* name) { return path_of(set, name); };
    counts = hdf5::Dataset::create<std::uint16_t>(file, path("counts"), {all_samples}, whole);
    labels = hdf5::Dataset::create<std::uint8_t>(file, path("labels"), {all_samples}, whole);
    positions = hdf5::Dataset::create<std::uint16_t>(file, path("pixels"), {all_entries}, whole);
    values = hdf5::Dataset::create<float>(file, path("values"), {all_entries}, whole);
    if (written.layout.weighted)
      weights = hdf5::Dataset::create<float>(file, path("weights"), {all_samples}, whole);
    if (has_own_jets(written.layout))
      jets = hdf5::Dataset::create<float>(file, path("jets"), {all_samples, kMomentumColumns}, whole);
    table = hdf5::Dataset::create<std::uint64_t>(file, path("pieces"), {all_pieces, 3}, whole);
  });

  std::optional<SetDatasets> sets;
  if (written.layout.is_set()) sets.emplace(file, set, written, all_pieces, comm);
  std::int64_t first_sample = comm.sum_before(mine.size());
  std::int64_t first_entry = comm.sum_before(my_entries);
  std::vector<PieceRecord> records;
  FlatSample flat(written.layout);
  const std::int64_t turns = comm.max(my_pieces);
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    SamplePiece piece;
    SetPiece set_piece;
    const std::int64_t end = std::min(mine.size(), (turn + 1) * each);
    for (std::int64_t i = turn * each; i < end; ++i) {
      const SampleView sample = mine[i];
      piece.append(flat.flatten(sample), sample.label);
      if (written.layout.weighted) piece.weights.push_back(sample.weight);
      if (has_own_jets(written.layout))
        piece.jets.insert(piece.jets.end(), sample.jet.begin(), sample.jet.end());
      if (sets) set_piece.append(sample);
    }
    counts.write_rows(first_sample, piece.counts, comm);
    labels.write_rows(first_sample, piece.labels, comm);
    positions.write_rows(first_entry, piece.positions, comm);
    values.write_rows(first_entry, piece.values, comm);
    if (written.layout.weighted) weights.write_rows(first_sample, piece.weights, comm);
    if (has_own_jets(written.layout)) jets.write_rows(first_sample, piece.jets, comm);
    if (sets) sets->write(set_piece);
    first_sample += std::ssize(piece.counts);
    first_entry += std::ssize(piece.positions);
    if (!piece.counts.empty())
      records.push_back({piece.counts.size(), piece.positions.size(), piece.checksum()});
  }
  const std::int64_t first_piece = comm.sum_before(my_pieces);
  table.write_records(first_piece, my_pieces, hdf5::element_type<std::uint64_t>().memory, records.data(),
                      comm);
  if (sets) sets->write_table(first_piece);
}

/// What the sets take on the disk, over all ranks.
std::int64_t count_bytes(const std::vector<Set>& wanted, const LoadedSamples& loaded,
                         const Communicator& comm) {
  std::int64_t bytes = 0;
  for (const Set set : wanted) {
    const SampleStore& mine = loaded[set].samples;
    const SampleLayout& layout = loaded[set].layout;
    const std::int64_t tables =
        std::int64_t{sizeof(PieceRecord)} * ceil_divide(mine.size(), piece_samples(layout));
    bytes += mine.size() *
                 (2 + 1 + (layout.weighted ? 4 : 0) + (has_own_jets(layout) ? 4 * kMomentumColumns : 0)) +
             count_entries(mine) * (2 + 4) + tables;
    if (layout.is_set())
      bytes += mine.size() * (2 + 4 * kMomentumColumns) +
               count_constituents(mine) * layout.constituent_columns * 4 + tables;
  }
  return comm.sum(bytes);
}

}  // namespace

void write_sample_cache(const std::string& path, const std::string& key, const std::vector<Set>& wanted,
                        const LoadedSamples& loaded, const Communicator& comm) {
  comm.agree([&] {
    if (comm.is_root()) require_writable(path, true);
  });
  hdf5::NewFile file(path, comm);
  file.reserve(count_bytes(wanted, loaded, comm));
  comm.agree_while_writing([&] { write_header(file, {key, loaded.rows_read, loaded.rows_skipped}); });
  for (const Set set : wanted) write_set(file, set, loaded[set], comm);
  file.complete();
}

}  // namespace jetrain

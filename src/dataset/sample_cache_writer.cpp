#include <algorithm>

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

using sample_cache_file::path_of;

/// Samples in a piece, but for each rank's last: of images about 5 MB, held beside the store.
constexpr std::int64_t kPieceSamples = 16384;

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

/// Ranks give their pieces in turns: in every turn each rank with something left writes one.
void write_set(hdf5::NewFile& file, Set set, const SampleSet& written, const Communicator& comm) {
  const SampleStore& mine = written.samples;
  const std::int64_t my_entries = count_entries(mine);
  const std::int64_t my_pieces = ceil_divide(mine.size(), kPieceSamples);
  const std::int64_t all_samples = written.total();
  const std::int64_t all_entries = comm.sum(my_entries);
  const std::int64_t all_pieces = comm.sum(my_pieces);
  hdf5::Dataset counts, labels, positions, values, table;
  comm.agree_while_writing([&] {
    const hdf5::Handle whole = hdf5::unfilled_creation();
    const auto path = [&](const char* name) { return path_of(set, name); };
    counts = hdf5::Dataset::create<std::uint16_t>(file, path("counts"), {all_samples}, whole);
    labels = hdf5::Dataset::create<std::uint8_t>(file, path("labels"), {all_samples}, whole);
    positions = hdf5::Dataset::create<std::uint16_t>(file, path("pixels"), {all_entries}, whole);
    values = hdf5::Dataset::create<float>(file, path("values"), {all_entries}, whole);
    table = hdf5::Dataset::create<std::uint64_t>(file, path("pieces"), {all_pieces, 3}, whole);
  });

  std::int64_t first_sample = comm.sum_before(mine.size());
  std::int64_t first_entry = comm.sum_before(my_entries);
  std::vector<PieceRecord> records;
  FlatSample flat(written.layout);
  const std::int64_t turns = comm.max(my_pieces);
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    SamplePiece piece;
    const std::int64_t end = std::min(mine.size(), (turn + 1) * kPieceSamples);
    for (std::int64_t i = turn * kPieceSamples; i < end; ++i) {
      const SampleView sample = mine[i];
      piece.append(flat.flatten(sample), sample.label);
    }
    counts.write_rows(first_sample, piece.counts, comm);
    labels.write_rows(first_sample, piece.labels, comm);
    positions.write_rows(first_entry, piece.positions, comm);
    values.write_rows(first_entry, piece.values, comm);
    first_sample += std::ssize(piece.counts);
    first_entry += std::ssize(piece.positions);
    if (!piece.counts.empty())
      records.push_back({piece.counts.size(), piece.positions.size(), piece.checksum()});
  }
  table.write_records(comm.sum_before(my_pieces), my_pieces, hdf5::element_type<std::uint64_t>().memory,
                      records.data(), comm);
}

/// What the sets take on the disk, over all ranks.
std::int64_t count_bytes(const std::vector<Set>& wanted, const LoadedSamples& loaded,
                         const Communicator& comm) {
  std::int64_t bytes = 0;
  for (const Set set : wanted) {
    const SampleStore& mine = loaded[set].samples;
    bytes += mine.size() * (2 + 1) + count_entries(mine) * (2 + 4) +
             std::int64_t{sizeof(PieceRecord)} * ceil_divide(mine.size(), kPieceSamples);
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

#include <algorithm>

#include "core/checked_cast.hpp"
#include "core/output_file.hpp"
#include "dataset/sample_cache.hpp"
#include "dataset/sample_cache_file.hpp"
#include "dataset/sample_piece.hpp"
#include "io/parallel_dataset.hpp"
#include "samples/flat_sample.hpp"

namespace jetrain {
namespace {

using sample_cache_file::path_of;

/// Images in a piece, but for each rank's last: about 5 MB, what every rank holds beside its images.
constexpr std::int64_t kPieceImages = 16384;

void write_header(hid_t file, const sample_cache_file::Header& header) {
  hdf5::write_attribute(file, "format", sample_cache_file::kFormat);
  hdf5::write_attribute(file, "key", header.key);
  hdf5::write_attribute(file, "rows_read", header.rows_read);
  hdf5::write_attribute(file, "rows_skipped", header.rows_skipped);
  hdf5::write_attribute(file, "checksum", header.checksum());
}

std::int64_t count_pixels(const SampleStore& images) {
  std::int64_t pixels = 0;
  for (std::int64_t i = 0; i < images.size(); ++i) pixels += FlatSample::entries(images[i]);
  return pixels;
}

/// Ranks give their pieces in turns: in every turn each rank with something left writes one.
void write_set(hid_t file, Set set, const SampleSet& images, const Communicator& comm) {
  const SampleStore& mine = images.samples;
  const std::int64_t my_pixels = count_pixels(mine);
  const std::int64_t my_pieces = ceil_divide(mine.size(), kPieceImages);
  const auto all_images = static_cast<hsize_t>(images.total());
  const auto all_pixels = static_cast<hsize_t>(comm.sum(my_pixels));
  const auto all_pieces = static_cast<hsize_t>(comm.sum(my_pieces));
  comm.agree([&] {
    const hdf5::Handle group(
        H5Gcreate2(file, path_of(set, "").c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    hdf5::check(group, path_of(set, "creating the group"));
  });
  const auto create = [&](const char* name, hid_t stored, hid_t memory, std::vector<hsize_t> sizes) {
    return hdf5::ParallelDataset(file, path_of(set, name), stored, memory, std::move(sizes), comm);
  };
  hdf5::ParallelDataset counts = create("counts", H5T_STD_U16LE, H5T_NATIVE_UINT16, {all_images});
  hdf5::ParallelDataset labels = create("labels", H5T_STD_U8LE, H5T_NATIVE_UINT8, {all_images});
  hdf5::ParallelDataset pixels = create("pixels", H5T_STD_U16LE, H5T_NATIVE_UINT16, {all_pixels});
  hdf5::ParallelDataset values = create("values", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {all_pixels});
  hdf5::ParallelDataset table = create("pieces", H5T_STD_U64LE, H5T_NATIVE_UINT64, {all_pieces, 3});

  std::int64_t first_image = comm.sum_before(mine.size());
  std::int64_t first_pixel = comm.sum_before(my_pixels);
  std::vector<PieceRecord> records;
  FlatSample flat(images.layout);
  const std::int64_t turns = comm.max(my_pieces);
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    SamplePiece piece;
    const std::int64_t end = std::min(mine.size(), (turn + 1) * kPieceImages);
    for (std::int64_t i = turn * kPieceImages; i < end; ++i) {
      const SampleView sample = mine[i];
      piece.append(flat.flatten(sample), sample.label);
    }
    const std::int64_t piece_images = std::ssize(piece.counts);
    const std::int64_t piece_pixels = std::ssize(piece.pixels);
    counts.write(first_image, piece_images, piece.counts.data());
    labels.write(first_image, piece_images, piece.labels.data());
    pixels.write(first_pixel, piece_pixels, piece.pixels.data());
    values.write(first_pixel, piece_pixels, piece.values.data());
    first_image += piece_images;
    first_pixel += piece_pixels;
    if (piece_images > 0) records.push_back({piece.counts.size(), piece.pixels.size(), piece.checksum()});
  }
  table.write(comm.sum_before(my_pieces), my_pieces, records.data());
}

void reserve(PendingFile& pending, const std::vector<Set>& wanted, const LoadedSamples& loaded,
             const Communicator& comm) {
  std::int64_t bytes = 0;
  for (const Set set : wanted) {
    const SampleStore& mine = loaded[set].samples;
    bytes += mine.size() * (2 + 1) + count_pixels(mine) * (2 + 4) +
             std::int64_t{sizeof(PieceRecord)} * ceil_divide(mine.size(), kPieceImages);
  }
  bytes = comm.sum(bytes);
  comm.agree([&] {
    if (comm.is_root()) pending.reserve(bytes);
  });
}

}  // namespace

void write_sample_cache(const std::string& path, const std::string& key, const std::vector<Set>& wanted,
                        const LoadedSamples& loaded, const Communicator& comm) {
  PendingFile pending(path, comm.is_root());
  comm.agree([&] {
    if (!comm.is_root()) return;
    require_writable(path, true);
    pending.keep_spare();
  });
  {
    const hdf5::Handle file = hdf5::create_file(pending.name(), comm);
    reserve(pending, wanted, loaded, comm);
    comm.agree([&] { write_header(file, {key, loaded.rows_read, loaded.rows_skipped}); });
    for (const Set set : wanted) write_set(file, set, loaded[set], comm);
    comm.agree([&] {
      hdf5::check(H5Fflush(file, H5F_SCOPE_GLOBAL), "writing the end of " + path + " (is the disk full?)");
    });
  }
  comm.agree([&] {
    if (comm.is_root()) pending.complete();
  });
}

}  // namespace jetrain

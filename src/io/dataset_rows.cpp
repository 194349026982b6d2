// How a dataset's rows come into memory and go to the file: no other code transfers any.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "io/dataset.hpp"
#include "io/filters.hpp"
#include "io/reading_driver.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

/// Bytes in one call: MPI counts them as `int`. Collective transfers are not cut, since all ranks would have
/// to make equally many calls; they come in windows far below this.
constexpr hsize_t kMostBytes = hsize_t{1} << 30;

hsize_t product(std::span<const hsize_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), hsize_t{1}, std::multiplies<>());
}

/// Whether its file was opened through MPI-IO. There, HDF5 duplicates the communicator to answer: collective,
/// and not to be asked often.
bool is_shared(hid_t dataset) {
  const Handle file(H5Iget_file_id(dataset), H5Idec_ref);
  const Handle access(H5Fget_access_plist(file), H5Pclose);
  return H5Pget_driver(access) == H5FD_MPIO;
}

/// Filters tell of damage, since they cannot undo what nobody did.
const char* advice_for_chunks(const std::string& note) {
  for (const char* words : {"filter", "inflate", "Fletcher32", "chunk"})
    if (note.find(words) != std::string::npos) return ": its chunks are damaged, copy the file again";
  return "";
}

struct Spaces {
  Handle memory;
  Handle file;
};

Spaces select(hid_t dataset, const std::vector<hsize_t>& start, const std::vector<hsize_t>& extent,
              const std::string& name) {
  Spaces spaces{Handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose),
                Handle(H5Dget_space(dataset), H5Sclose)};
  check(spaces.memory, "describing " + name);
  check(spaces.file, "describing " + name);
  if (extent.empty()) return spaces;  // a scalar
  if (extent[0] == 0) {
    check(H5Sselect_none(spaces.memory), "choosing none of " + name);
    check(H5Sselect_none(spaces.file), "choosing none of " + name);
  } else {
    check(H5Sselect_hyperslab(spaces.file, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr),
          "choosing rows of " + name);
  }
  return spaces;
}

}  // namespace

std::int64_t Dataset::rows_in(std::size_t values) const {
  const auto count = static_cast<std::int64_t>(values);
  if (row_size_ == 0) return 0;
  if (count % row_size_ != 0)
    throw std::logic_error(fmt::format("{} values are no rows of {}: {} each", count, name_, row_size_));
  return count / row_size_;
}

Dataset::Box Dataset::row_box(std::int64_t first, std::int64_t count) const {
  Box box{std::vector<hsize_t>(shape_.size(), 0), std::vector<hsize_t>(shape_.begin(), shape_.end())};
  if (shape_.empty()) return box;
  box.start[0] = static_cast<hsize_t>(first);
  box.extent[0] = static_cast<hsize_t>(count);
  return box;
}

Dataset::Box Dataset::column_box(std::int64_t column) const {
  Box box = row_box(0, rows());
  if (shape_.size() > 2 || column < 0 || column >= row_size_)
    throw std::logic_error(fmt::format("{} has no column {}", name_, column));
  if (shape_.size() < 2) return box;
  box.start[1] = static_cast<hsize_t>(column);
  box.extent[1] = 1;
  return box;
}

std::string Dataset::named(const Box& box) const {
  if (box.extent.empty() || box.extent[0] == 0) return name_;
  return fmt::format("rows {} to {} of {}", box.start[0], box.start[0] + box.extent[0] - 1, name_);
}

void Dataset::read(Box box, hid_t type, void* values) const {
  hsize_t left = box.extent.empty() ? 1 : box.extent[0];
  const hsize_t row_elements = box.extent.empty() ? 1 : product(std::span(box.extent).subspan(1));
  if (row_elements == 0) return;
  const std::size_t row_bytes = row_elements * H5Tget_size(type);
  const hsize_t most_rows =
      std::max<hsize_t>(1, kMostBytes / std::max<hsize_t>(row_bytes, row_elements * H5Tget_size(type_)));
  for (auto* to = static_cast<std::byte*>(values); left > 0;) {
    const hsize_t count = std::min(left, most_rows);
    if (!box.extent.empty()) box.extent[0] = count;
    if (external_) {
      read_external(box, type, to);
    } else {
      read_through_hdf5(box, type, to);
    }
    if (!box.start.empty()) box.start[0] += count;
    to += count * row_bytes;
    left -= count;
  }
}

void Dataset::read_through_hdf5(const Box& box, hid_t type, std::byte* values) const {
  const Spaces spaces = select(id_, box.start, box.extent, name_);
  const bool done = H5Dread(id_, type, spaces.memory, spaces.file, H5P_DEFAULT, values) >= 0;
  const std::string reason = done ? "" : last_error();  // of this call, not of filters()
  require_reads([&] { return named(box); });
  if (done) return;
  const std::string missing = missing_filters(creation_list());
  if (!missing.empty())
    throw DataError(fmt::format("cannot read {}: {}", named(box), advice_for_filters(missing, file_name())));
  throw DataError(fmt::format("cannot read {} (HDF5: {}){}", named(box), reason, advice_for_chunks(reason)));
}

/// HDF5 would take a read of an external file that gives fewer bytes for the file's end, and fill with zeros.
void Dataset::read_external(const Box& box, hid_t type, std::byte* values) const {
  const std::size_t stored = H5Tget_size(type_);
  const auto row_bytes = static_cast<std::size_t>(row_size_) * stored;
  const std::size_t rows = box.extent.empty() ? 1 : box.extent[0];
  const std::size_t wanted = box.extent.empty() ? 1 : product(std::span(box.extent).subspan(1));
  const std::size_t skipped = box.start.size() < 2 ? 0 : box.start[1];  // a column, or nothing
  std::vector<std::byte> whole(rows * row_bytes);
  external_->read(box.start.empty() ? 0 : box.start[0] * row_bytes, whole);
  std::vector<std::byte> converted(rows * wanted * std::max(stored, H5Tget_size(type)));
  for (std::size_t row = 0; row < rows; ++row)
    std::memcpy(&converted[row * wanted * stored], &whole[row * row_bytes + skipped * stored],
                wanted * stored);
  check(H5Tconvert(type_, type, rows * wanted, converted.data(), nullptr, H5P_DEFAULT),
        "converting " + name_);
  std::memcpy(values, converted.data(), rows * wanted * H5Tget_size(type));
}

void Dataset::read_records(std::int64_t first, std::int64_t count, hid_t type, void* values) const {
  read(row_box(first, count), type, values);
}

void Dataset::read_chunk(std::span<const std::int64_t> start, StoredChunk& chunk) const {
  const auto rows_named = [&] { return named(row_box(start[0], std::min(chunk_rows(), rows() - start[0]))); };
  const std::vector<hsize_t> offset(start.begin(), start.end());
  hsize_t bytes = 0;
  if (H5Dget_chunk_storage_size(id_, offset.data(), &bytes) < 0 || bytes == 0) {
    require_reads(rows_named);
    throw DataError(
        fmt::format("{} were never written, or their place in the file is lost: write the file again, "
                    "or copy it again if the original has them",
                    rows_named()));
  }
  // A damaged index can claim any size; no filter here makes a chunk much larger than its content.
  const std::size_t chunk_bytes = std::accumulate(
      chunk_shape_.begin(), chunk_shape_.end(), H5Tget_size(type_),
      [](std::size_t all, std::int64_t size) { return all * static_cast<std::size_t>(size); });
  if (bytes > 2 * chunk_bytes + 65536) {
    throw DataError(
        fmt::format("{} are damaged (a chunk of {} bytes): copy the file again", rows_named(), bytes));
  }
  chunk.bytes.resize(bytes);
  if (H5Dread_chunk(id_, H5P_DEFAULT, offset.data(), &chunk.filter_mask, chunk.bytes.data()) < 0) {
    const std::string reason = last_error();
    require_reads(rows_named);
    throw DataError(fmt::format("cannot read {} (HDF5: {}): the file is damaged", rows_named(), reason));
  }
  require_reads(rows_named);
}

void Dataset::write_records(std::int64_t first, std::int64_t count, hid_t type, const void* values) {
  if (count == 0 || row_size_ == 0) return;
  const Box box = row_box(first, count);
  const Spaces spaces = select(id_, box.start, box.extent, name_);
  check_written(H5Dwrite(id_, type, spaces.memory, spaces.file, H5P_DEFAULT, values),
                "writing " + named(box));
}

void Dataset::write_records(std::int64_t first, std::int64_t count, hid_t type, const void* values,
                            const Communicator& comm) {
  if (rows() == 0 || row_size_ == 0) return;  // HDF5 refuses to write nothing into nothing
  const Box box = row_box(first, count);
  comm.agree_while_writing([&] {
    if (!is_shared_) is_shared_ = is_shared(id_);
    const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
    // In a file of one rank without MPI-IO there is nothing to be collective about.
    if (*is_shared_)
      check(H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE), "choosing collective writing of " + name_);
    const Spaces spaces = select(id_, box.start, box.extent, name_);
    check_written(H5Dwrite(id_, type, spaces.memory, spaces.file, transfer, values), "writing " + named(box));
  });
}

}  // namespace jetrain::hdf5

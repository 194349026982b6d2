#include "layouts/reference_table_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "core/checked_cast.hpp"
#include "io/blosc_filter.hpp"
#include "jetrain/error.hpp"
#include "layouts/metadata_cache.hpp"
#include "layouts/pandas_attributes.hpp"

namespace jetrain {
namespace {

hdf5::Handle array_type(hid_t element, hsize_t length) {
  return {hdf5::check(H5Tarray_create2(element, 1, &length), "making an array type"), H5Tclose};
}

/// The compound type of a row; in memory and in the file alike (little-endian, no gaps).
hdf5::Handle record_type() {
  hdf5::Handle type(H5Tcreate(H5T_COMPOUND, sizeof(ReferenceRecord)), H5Tclose);
  const hdf5::Handle floats = array_type(H5T_IEEE_F32LE, 804);
  const hdf5::Handle integers = array_type(H5T_STD_I64LE, 2);
  hdf5::check(H5Tinsert(type, "index", offsetof(ReferenceRecord, index), H5T_STD_I64LE), "describing a row");
  hdf5::check(H5Tinsert(type, "values_block_0", offsetof(ReferenceRecord, block_0), floats),
              "describing a row");
  hdf5::check(H5Tinsert(type, "values_block_1", offsetof(ReferenceRecord, block_1), integers),
              "describing a row");
  return type;
}

/// Filters must not fail: where an optional one does (it gets no memory), parallel HDF5 1.10 stores the chunk
/// as it is, but not that it does.
hdf5::Handle creation_list(Compression compression) {
  constexpr unsigned kGzipLevel = 5;
  constexpr hsize_t kChunk = ReferenceTableWriter::kChunkRows;
  hdf5::Handle list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  hdf5::check(H5Pset_chunk(list, 1, &kChunk), "setting the chunk size");
  // Every row is written, so filling first would write the file twice.
  hdf5::check(H5Pset_fill_time(list, H5D_FILL_TIME_NEVER), "switching filling off");
  switch (compression) {
    case Compression::none:
      break;
    case Compression::blosc:
      hdf5::add_blosc_filter(list, sizeof(ReferenceRecord), kChunk * sizeof(ReferenceRecord));
      break;
    case Compression::gzip:  // as PyTables' complib="zlib": bytes shuffled, then deflated
      hdf5::check(H5Pset_filter(list, H5Z_FILTER_SHUFFLE, H5Z_FLAG_MANDATORY, 0, nullptr),
                  "setting the shuffle filter");
      hdf5::check(H5Pset_filter(list, H5Z_FILTER_DEFLATE, H5Z_FLAG_MANDATORY, 1, &kGzipLevel),
                  "setting the deflate filter");
      break;
  }
  return list;
}

}  // namespace

Compression compression_from_name(const std::string& name) {
  if (const std::optional<Compression> named = value_named<Compression>(name)) return *named;
  throw UsageError(fmt::format("unknown compression `{}`: choose blosc, gzip or none", name));
}

ReferenceTableWriter::ReferenceTableWriter(const std::string& path, std::int64_t rows,
                                           Compression compression, const Communicator& comm)
    : comm_(&comm), rows_(rows), file_(path, comm) {
  // Creating objects is collective in parallel HDF5: all ranks run the same lines with the same values.
  comm.agree_while_writing([&] {
    if (comm.size() > 1) hdf5::keep_metadata_in_cache(file_);
    const hdf5::Handle root(hdf5::check(H5Gopen2(file_, "/", H5P_DEFAULT), "opening /"), H5Gclose);
    write_root_attributes(root);
    const hdf5::Handle group(
        hdf5::check(H5Gcreate2(file_, "/table", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "creating /table"),
        H5Gclose);
    write_group_attributes(group);
    dataset_ = hdf5::Dataset::create(file_, "/table/table", record_type(), {rows}, creation_list(compression),
                                     hdf5::Growth::unlimited);
    write_table_attributes(dataset_.id(), rows);
  });
}

RowRange ReferenceTableWriter::range_of(int rank) const noexcept {
  const std::int64_t chunks = ceil_divide(rows_, kChunkRows);
  const std::int64_t ranks = comm_->size();
  // The first chunks % ranks ranks have one chunk more; rank 0 never has fewer rows than another.
  const auto border = [&](std::int64_t r) {
    return std::min(rows_, (r * (chunks / ranks) + std::min(r, chunks % ranks)) * kChunkRows);
  };
  return {border(rank), border(rank + 1)};
}

void ReferenceTableWriter::write(std::int64_t first_row, std::span<const ReferenceRecord> records) {
  dataset_.write_records(first_row, std::ssize(records), record_type(), records.data(), *comm_);
  flush_now_and_then(std::ssize(records));
}

void ReferenceTableWriter::flush_now_and_then(std::int64_t rows) {
  unflushed_rows_ += comm_->sum(rows);
  if (unflushed_rows_ < hdf5::kChunksBetweenFlushes * kChunkRows) return;
  file_.flush();
  unflushed_rows_ = 0;
}

void ReferenceTableWriter::close() {
  dataset_ = hdf5::Dataset();
  file_.complete();
}

}  // namespace jetrain

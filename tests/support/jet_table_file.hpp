#pragma once

/// \file
/// Small jet tables in every storage that the reader must cope with, written through HDF5's C library.

#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "io/blosc_filter.hpp"
#include "io/dataset.hpp"
#include "layouts/pandas_attributes.hpp"
#include "layouts/reference_table_writer.hpp"

namespace jetrain::testing_support {

struct TableOptions {
  hsize_t rows = 100;
  hsize_t chunk_rows = 8;  ///< 0: contiguous
  bool shuffle = false;
  bool gzip = false;
  bool blosc = false;
  bool fletcher = false;  ///< a filter that only HDF5 itself undoes
  bool padded = false;    ///< 8 unused bytes at the end of each record
  bool big_endian = false;
  hsize_t momenta = 804;
  bool named = true;                        ///< with pandas' attributes, which name the columns
  hsize_t skip_filters_from = ~hsize_t{0};  ///< chunks from this row on are stored with all filters skipped
  std::int64_t first_index = 0;             ///< row i holds the numbers of row first_index + i
};

/// What stands in row `row`: exact in float32, different in every row.
inline float momentum_at(std::int64_t row, std::int64_t j) {
  return static_cast<float>((row * 1009 + j * 7) % 100003);
}

inline std::vector<std::byte> packed_rows(std::int64_t first, std::int64_t rows) {
  std::vector<std::byte> records(static_cast<std::size_t>(rows) * sizeof(ReferenceRecord));
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t row = first + i;
    std::byte* record = records.data() + static_cast<std::size_t>(i) * sizeof(ReferenceRecord);
    std::array<float, 804> momenta{};
    for (std::size_t j = 0; j < momenta.size(); ++j)
      momenta[j] = momentum_at(row, static_cast<std::int64_t>(j));
    const std::array<std::int64_t, 2> labels{row % 3, row % 2};
    std::memcpy(record, &row, 8);
    std::memcpy(record + 8, momenta.data(), sizeof momenta);
    std::memcpy(record + 8 + sizeof momenta, labels.data(), sizeof labels);
  }
  return records;
}

inline hdf5::Handle table_type(hid_t integer, hid_t real, hsize_t momenta, std::size_t padding) {
  const std::size_t block = 4 * static_cast<std::size_t>(momenta);
  const hsize_t labels = 2;
  hdf5::Handle type(H5Tcreate(H5T_COMPOUND, 8 + block + 16 + padding), H5Tclose);
  H5Tinsert(type, "index", 0, integer);
  H5Tinsert(type, "values_block_0", 8, hdf5::Handle(H5Tarray_create2(real, 1, &momenta), H5Tclose));
  H5Tinsert(type, "values_block_1", 8 + block, hdf5::Handle(H5Tarray_create2(integer, 1, &labels), H5Tclose));
  return type;
}

inline void write_jet_table(const std::string& path, const TableOptions& options) {
  const hdf5::Handle file = hdf5::create_file(path);
  const hdf5::Handle type = table_type(options.big_endian ? H5T_STD_I64BE : H5T_STD_I64LE,
                                       options.big_endian ? H5T_IEEE_F32BE : H5T_IEEE_F32LE, options.momenta,
                                       options.padded ? 8 : 0);
  const hdf5::Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (options.chunk_rows > 0) H5Pset_chunk(creation, 1, &options.chunk_rows);
  if (options.shuffle) H5Pset_shuffle(creation);
  if (options.gzip) H5Pset_deflate(creation, 4);
  if (options.blosc)
    hdf5::add_blosc_filter(creation, H5Tget_size(type), H5Tget_size(type) * options.chunk_rows);
  if (options.fletcher) H5Pset_fletcher32(creation);
  const auto rows = static_cast<std::int64_t>(options.rows);
  hdf5::Dataset dataset =
      hdf5::Dataset::create(file, "/table/table", type, {rows}, creation,
                            options.chunk_rows > 0 ? hdf5::Growth::unlimited : hdf5::Growth::none);
  if (options.named) {
    write_root_attributes(hdf5::Handle(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose));
    write_group_attributes(hdf5::Handle(H5Gopen2(file, "/table", H5P_DEFAULT), H5Gclose));
    write_table_attributes(dataset.id(), rows);
  }
  if (options.rows == 0 || options.momenta != 804) return;
  const auto records = packed_rows(options.first_index, rows);
  const hdf5::Handle memory = table_type(H5T_NATIVE_INT64, H5T_NATIVE_FLOAT, 804, 0);
  dataset.write_records(0, rows, memory, records.data());
  for (hsize_t row = options.skip_filters_from; row < options.rows; row += options.chunk_rows) {
    const auto raw = packed_rows(options.first_index + static_cast<std::int64_t>(row),
                                 static_cast<std::int64_t>(options.chunk_rows));
    hdf5::check(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, ~std::uint32_t{0}, &row, raw.size(), raw.data()),
                "writing an unfiltered chunk");
  }
}

/// A directory of this process (and, given the same name, of this rank alone) that is removed at the end.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& name = std::to_string(getpid()))
      : path_(std::filesystem::temp_directory_path() / ("jetrain_test_" + name)) {
    std::filesystem::create_directories(path_);
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace jetrain::testing_support

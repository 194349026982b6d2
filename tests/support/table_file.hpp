#pragma once

/// \file
/// For tests of what writes reference tables: records that can be told apart, and a plain serial reading
/// back.

#include <hdf5.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5.hpp"
#include "layouts/reference_table_writer.hpp"

namespace jetrain::test {

inline ReferenceRecord record_of(std::int64_t row) {
  ReferenceRecord record{};
  record.index = row;
  for (std::size_t i = 0; i < 80; ++i) {
    record.block_0[i] = static_cast<float>(row) + 0.001F * static_cast<float>(i);
  }
  record.block_1 = {row % 3, row % 2};
  return record;
}

/// Writes `rows` such records in windows of `window` rows. Collective.
inline void write_table(const std::string& path, std::int64_t rows, Compression compression,
                        std::int64_t window, const Communicator& comm) {
  ReferenceTableWriter writer(path, rows, compression, comm);
  const RowRange mine = writer.range();
  for (std::int64_t begin = 0; begin < writer.longest_range(); begin += window) {
    const std::int64_t first = std::min(mine.first + begin, mine.last);
    const std::int64_t last = std::min(first + window, mine.last);
    std::vector<ReferenceRecord> records;
    for (std::int64_t row = first; row < last; ++row) records.push_back(record_of(row));
    writer.write(first, records);
  }
  writer.close();
}

inline std::vector<ReferenceRecord> read_rows(hid_t dataset, std::int64_t first, std::int64_t count) {
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  const hdf5::Handle in_file(H5Dget_space(dataset), H5Sclose);
  const auto start = static_cast<hsize_t>(first);
  const auto size = static_cast<hsize_t>(count);
  hdf5::check(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, &start, nullptr, &size, nullptr),
              "selecting rows");
  const hdf5::Handle in_memory(H5Screate_simple(1, &size, nullptr), H5Sclose);
  std::vector<ReferenceRecord> records(size);
  hdf5::check(H5Dread(dataset, type, in_memory, in_file, H5P_DEFAULT, records.data()), "reading back");
  return records;
}

/// Whether rows first ... first + count - 1 of the file are what write_table wrote.
inline bool holds_the_records_from(const std::string& path, std::int64_t first, std::int64_t count) {
  const hdf5::Handle file = hdf5::open_file(path);
  const hdf5::Handle dataset = hdf5::open_dataset(file, "/table/table");
  std::int64_t row = first;
  for (const ReferenceRecord& found : read_rows(dataset, first, count)) {
    const ReferenceRecord wanted = record_of(row++);
    if (found.index != wanted.index || found.block_0 != wanted.block_0 || found.block_1 != wanted.block_1) {
      return false;
    }
  }
  return true;
}

/// Whether the file is what write_table wrote, no row more or less.
inline bool holds_the_records(const std::string& path, std::int64_t rows) {
  {
    const hdf5::Handle file = hdf5::open_file(path);
    if (hdf5::dimensions(hdf5::open_dataset(file, "/table/table")).at(0) != rows) return false;
  }
  return holds_the_records_from(path, 0, rows);
}

}  // namespace jetrain::test

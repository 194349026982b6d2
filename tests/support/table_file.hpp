#pragma once

/// \file
/// For tests of what writes reference tables: records that can be told apart, and a plain serial reading
/// back.

#include <hdf5.h>

#include <filesystem>
#include <string>
#include <vector>

#include "jetrain/io/hdf5.hpp"
#include "jetrain/io/reference_table_writer.hpp"

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

inline std::vector<ReferenceRecord> read_table(const std::string& path) {
  const hdf5::Handle file = hdf5::open_file(path);
  const hdf5::Handle dataset = hdf5::open_dataset(file, "/table/table");
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  std::vector<ReferenceRecord> records(static_cast<std::size_t>(hdf5::dimensions(dataset).at(0)));
  hdf5::check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, records.data()), "reading back " + path);
  return records;
}

inline bool holds_the_records(const std::string& path, std::int64_t rows) {
  const std::vector<ReferenceRecord> records = read_table(path);
  if (std::ssize(records) != rows) return false;
  for (std::int64_t row = 0; row < rows; ++row) {
    const ReferenceRecord& found = records[static_cast<std::size_t>(row)];
    const ReferenceRecord wanted = record_of(row);
    if (found.index != wanted.index || found.block_0 != wanted.block_0 || found.block_1 != wanted.block_1) {
      return false;
    }
  }
  return true;
}

}  // namespace jetrain::test

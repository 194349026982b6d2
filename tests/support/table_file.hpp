#pragma once

/// \file
/// For tests of what writes reference tables: records that can be told apart, and a plain serial reading
/// back.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "io/dataset.hpp"
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

inline std::vector<ReferenceRecord> read_rows(const hdf5::Dataset& dataset, std::int64_t first,
                                              std::int64_t count) {
  std::vector<ReferenceRecord> records(static_cast<std::size_t>(count));
  dataset.read_records(first, count, dataset.type(), records.data());
  return records;
}

/// Whether rows first ... first + count - 1 of the file are what write_table wrote.
inline bool holds_the_records_from(const std::string& path, std::int64_t first, std::int64_t count) {
  const hdf5::Handle file = hdf5::open_file(path);
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, "/table/table");
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
    if (hdf5::Dataset::open(file, "/table/table").rows() != rows) return false;
  }
  return holds_the_records_from(path, 0, rows);
}

}  // namespace jetrain::test

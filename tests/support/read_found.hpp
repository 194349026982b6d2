#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <vector>

#include "layouts/row_reader.hpp"

namespace jetrain::test {

/// The numbers of `range` that `found` names, by RowReader: a row's one after another. Each row is expected
/// once, in slots that stand in the rows' order.
inline std::vector<std::vector<double>> numbers_of(const FileColumns& file, const Found& found,
                                                   RowRange range) {
  std::vector<std::size_t> wanted;
  for (const NumberPlace& place : found.places) wanted.push_back(place.array);
  const RowReader reader(file, wanted);
  std::vector<std::vector<double>> rows(static_cast<std::size_t>(range.size()));
  std::mutex mutex;
  std::vector<std::int64_t> first_rows;
  std::int64_t expected = range.first;
  reader.read(
      range,
      [&](std::int64_t slot, const RawRows& raw) {
        EXPECT_LT(slot, reader.window_slots());
        for (std::int64_t i = 0; i < raw.rows; ++i) {
          std::vector<double>& row = rows.at(static_cast<std::size_t>(raw.first_row + i - range.first));
          EXPECT_TRUE(row.empty()) << "a row comes twice";
          for (const NumberPlace& place : found.places) row.push_back(raw.number(place, i));
        }
        const std::lock_guard lock(mutex);
        if (std::ssize(first_rows) <= slot) first_rows.resize(static_cast<std::size_t>(slot) + 1, -1);
        first_rows[static_cast<std::size_t>(slot)] = raw.first_row;
      },
      [&](std::int64_t count) {
        EXPECT_EQ(count, std::ssize(first_rows));
        EXPECT_EQ(first_rows.at(0), expected);
        for (std::size_t i = 1; i < first_rows.size(); ++i) EXPECT_GT(first_rows[i], first_rows[i - 1]);
        while (expected < range.last && !rows[static_cast<std::size_t>(expected - range.first)].empty())
          ++expected;
        first_rows.clear();
      });
  for (const std::vector<double>& row : rows) EXPECT_EQ(row.size(), found.places.size());
  return rows;
}

}  // namespace jetrain::test

#pragma once

#include <cstdint>

namespace jetrain {

/// A dense array (channels, rows, columns), and the numbers by which a sparse one names its cells: row by
/// row, channel by channel.
struct Grid {
  std::int64_t channels = 1;
  std::int64_t rows = 1;
  std::int64_t columns = 0;

  struct Cell {
    std::int64_t channel = 0;
    std::int64_t row = 0;
    std::int64_t column = 0;
  };

  constexpr std::int64_t plane() const noexcept { return rows * columns; }
  constexpr std::int64_t size() const noexcept { return channels * plane(); }
  constexpr std::int64_t position(const Cell& cell) const noexcept {
    return (cell.channel * rows + cell.row) * columns + cell.column;
  }
  constexpr Cell cell(std::int64_t position) const noexcept {
    const std::int64_t channel = position < plane() ? 0 : position / plane();  // mostly there is one
    const std::int64_t inside = position - channel * plane();
    return {channel, inside / columns, inside % columns};
  }

  bool operator==(const Grid&) const = default;
};

}  // namespace jetrain

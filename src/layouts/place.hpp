#pragma once

/// \file
/// Where numbers stand in the rows of a file.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "layouts/number_format.hpp"

namespace jetrain {

/// One number of each row.
struct NumberPlace {
  std::size_t array = 0;   ///< number of the dataset in its FileColumns
  std::size_t offset = 0;  ///< bytes from the beginning of the dataset's row
  NumberFormat format;
  bool operator==(const NumberPlace&) const = default;
};

/// What a name stands for: numbers of each row, one or many.
struct Found {
  std::vector<NumberPlace> places;  ///< one a position, the last index fastest
  std::vector<std::int64_t> shape;  ///< behind the row: () one number, (P), (P, F), ...; its product: places
  std::int64_t rows = 0;
  std::string name;  ///< for messages: FILE:dataset, FILE:dataset.member, "FILE, column NAME"
};

/// Places at equal distances, to be read by one loop.
struct PlaceRun {
  std::size_t array = 0;
  std::size_t offset = 0;     ///< of the first
  std::ptrdiff_t stride = 0;  ///< bytes from one to the next
  std::size_t count = 0;
  NumberFormat format;
};

/// `places` in as few runs as stand in this order.
std::vector<PlaceRun> runs_of(std::span<const NumberPlace> places);

/// All numbers of a run of the row that begins at `row`; to[0], to[step], to[2 step], ... . T: float or
/// double.
template <class T>
void read_run(const std::byte* row, const PlaceRun& run, T* to, std::size_t step = 1) {
  const std::byte* const first = row + run.offset;
  const auto each = [&](auto number, std::ptrdiff_t stride, std::size_t apart) {
    for (std::size_t i = 0; i < run.count; ++i)
      to[i * apart] = static_cast<T>(number(first + static_cast<std::ptrdiff_t>(i) * stride));
  };
  // The usual ones by loops of their own, side by side by whole vectors.
  const auto usual = [&](auto number, std::ptrdiff_t bytes) {
    if (run.stride == bytes && step == 1) return each(number, bytes, 1);
    each(number, run.stride, step);
  };
  static constexpr NumberFormat kFloat{NumberKind::real, 4, false};
  static constexpr NumberFormat kDouble{NumberKind::real, 8, false};
  if (run.format == kFloat) {
    usual([](const std::byte* from) { return number_at(from, kFloat); }, 4);
  } else if (run.format == kDouble) {
    usual([](const std::byte* from) { return number_at(from, kDouble); }, 8);
  } else {
    each([&](const std::byte* from) { return number_at(from, run.format); }, run.stride, step);
  }
}

}  // namespace jetrain

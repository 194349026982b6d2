#pragma once

#include <cstdint>

namespace jetrain {

/// A half-open range of global row numbers (rows of all files of a source, one after another).
struct RowRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t size() const noexcept { return last - first; }
};

/// The `ttv` column.
enum class Ttv : std::int64_t { train = 0, test = 1, validation = 2 };
constexpr bool names_set(std::int64_t ttv) {
  return ttv >= 0 && ttv <= 2;
}

}  // namespace jetrain

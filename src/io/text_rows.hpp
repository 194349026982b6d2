#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/dataset.hpp"

namespace jetrain::hdf5 {

/// Rows first, first + 1, ... of a dataset of text, of fixed or variable length, with one text a row: (N) or
/// (N, 1). Without the zeros and spaces that fill fixed lengths up. Each rank for itself; DataError as
/// read_rows.
std::vector<std::string> read_text_rows(const Dataset& dataset, std::int64_t first, std::int64_t count);

}  // namespace jetrain::hdf5

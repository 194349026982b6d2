#pragma once

#include <cstdint>

#include "config/data.hpp"

namespace jetrain {

/// What the rows of data files are laid out as. Whoever asks does so by a switch without a default, so that
/// the compiler names the places that a further layout concerns.
enum class RowLayout : std::uint8_t {
  jet_table,  ///< the reference table: constituents, labels, the ttv column
  arrays      ///< plain arrays of samples and of labels (data.arrays)
};

inline RowLayout row_layout(const DataConfig& data) {
  return data.arrays.used() ? RowLayout::arrays : RowLayout::jet_table;
}

}  // namespace jetrain

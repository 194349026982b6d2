#pragma once

/// \file
/// What the elements of datasets are: HDF5's types and NumPy's, as numbers that we read, or in words.

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layouts/number_format.hpp"

namespace jetrain {

/// Nothing where `type` is no number, or one that no usual machine computes with (of 3 bytes, say).
std::optional<NumberFormat> number_format(hid_t type);
/// The same of a NumPy dtype's string: "<f4", "|b1", ...
std::optional<NumberFormat> number_format(std::string_view dtype);

/// An element: a number, an array of them, or a compound of named members.
struct StoredType {
  struct Member;

  std::size_t bytes = 0;               ///< of one, or of the whole array
  std::optional<NumberFormat> number;  ///< nothing: it is a compound, or none that we read
  std::vector<std::int64_t> shape;     ///< of an array; empty: one
  std::vector<Member> members;         ///< of a compound
  std::string words;  ///< "float32", "int64[3]", "text of 8 bytes", "2 members: pt float32, ..."

  /// So many as the shape has.
  std::int64_t count() const noexcept;
};

struct StoredType::Member {
  std::string name;
  std::size_t offset = 0;  ///< bytes from the beginning of the compound
  StoredType type;
};

/// Of `dataset`'s elements. DataError names it where members lie outside their compound, or an array has
/// other bytes than its elements: of damaged files only.
StoredType stored_type(hid_t type, const std::string& dataset);

/// Whether elements refer to places elsewhere in the file: texts and lists of their own lengths, references.
bool refers_elsewhere(hid_t type);

}  // namespace jetrain

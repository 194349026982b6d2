#pragma once

/// \file
/// Arrays of float32 in NumPy's format (io/npy_header.hpp).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace jetrain {

struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<float> values;  ///< the last index runs fastest
};

std::string npy_bytes(const std::vector<std::int64_t>& shape, std::span<const float> values);

/// DataError naming `name` where it is no array of float32. Fortran's order, as of a transposed array, is
/// read, too.
NpyArray parse_npy(const std::string& name, const std::string& bytes);

}  // namespace jetrain

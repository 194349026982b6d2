#pragma once

/// \file
/// NumPy's array format (numpy.lib.format): "\x93NUMPY", the version, the length of a Python dict as text,
/// the dict (descr, fortran_order, shape), the values.

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

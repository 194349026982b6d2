#pragma once

/// \file
/// NumPy's array format (numpy.lib.format): "\x93NUMPY", the version, the length of a Python dict as text,
/// the dict (descr, fortran_order, shape), the values.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jetrain {

inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

struct NpyHeader {
  std::string type;            ///< as "<f4", see numpy.dtype.str
  bool fortran_order = false;  ///< the first index runs fastest
  std::vector<std::int64_t> shape;
  std::size_t data_at = 0;  ///< where the values begin; how many there are, the caller checks
};

/// How many bytes are the header, with what stands before it, by the first 12 bytes of a file; 0 where those
/// are no array's.
std::int64_t npy_header_bytes(std::string_view bytes);

/// DataError naming `name` where `bytes` do not begin with a header.
NpyHeader parse_npy_header(const std::string& name, std::string_view bytes);

}  // namespace jetrain

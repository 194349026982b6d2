#pragma once

/// \file
/// The arrays of NumPy's files: .npy, one array; .npz, a ZIP archive of such, stored as they are
/// (numpy.savez) or deflated (savez_compressed).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "comm/communicator.hpp"
#include "core/input_file.hpp"
#include "layouts/stored_array.hpp"

namespace jetrain {

/// What the only array of a .npy file is called: as numpy.savez calls a first one without a name.
inline constexpr const char* kOnlyArray = "arr_0";

class NumpyFile {
 public:
  /// Opens `path` on all ranks; what stands in it, rank 0 reads for all. Collective; DataError (agreed on).
  NumpyFile(const std::string& path, const Communicator& comm);

  /// In the order of the file, without ".npy".
  const std::vector<std::string>& names() const noexcept { return names_; }
  /// Each rank reads for itself. Only once for each name.
  std::unique_ptr<StoredArray> open(const std::string& name);

 private:
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<StoredArray>> arrays_;  ///< by names_
};

}  // namespace jetrain

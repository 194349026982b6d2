#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace jetrain::hdf5 {

/// The elements of a dataset that stand one after another in other files than its own, which only lists them
/// (H5Pset_external). They are opened for each read: there is no telling how many they are.
class ExternalStorage {
 public:
  /// From the dataset's creation list. `file`: that of the dataset, for HDF5_EXTFILE_PREFIX with ${ORIGIN}.
  ExternalStorage(hid_t creation_list, const std::string& file);

  /// Bytes `offset`, `offset` + 1, ... of the whole. DataError where a file is missing or too short;
  /// ReadError.
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  struct Segment {
    std::string path;
    std::uint64_t begin = 0;  ///< of this segment in the whole
    std::uint64_t size = 0;
    std::uint64_t file_offset = 0;  ///< where it stands in its file
  };
  std::vector<Segment> segments_;
};

}  // namespace jetrain::hdf5

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5.hpp"

namespace jetrain::hdf5 {

/// A new dataset (contiguous, uncompressed) whose first dimension is shared out over ranks in consecutive
/// parts, written window by window; every rank takes part in every write, also with nothing left to give.
class ParallelDataset {
 public:
  /// `sizes`: the shape, over all ranks. Collective.
  ParallelDataset(hid_t file, std::string name, hid_t stored_type, hid_t memory_type,
                  std::vector<hsize_t> sizes, const Communicator& comm);

  /// Writes entries first ... first + count - 1 of the first dimension from this rank. Collective; a failure
  /// is agreed on.
  void write(std::int64_t first, std::int64_t count, const void* values);

 private:
  const Communicator* comm_;
  std::string name_;
  hid_t memory_type_;
  std::vector<hsize_t> sizes_;
  Handle dataset_;
};

}  // namespace jetrain::hdf5

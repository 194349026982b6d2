#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "samples/sample_layout.hpp"
#include "samples/sample_store.hpp"

namespace jetrain {

/// This rank's part of one set, and the whole set's sizes. Samples are numbered over all ranks in file order.
struct SampleSet {
  SampleLayout layout;
  SampleStore samples;
  std::vector<std::int64_t>
      begins;  ///< begins[r]: the number of the first sample on rank r; last entry: the total

  std::int64_t total() const { return begins.back(); }
  /// Fills `begins` from what each rank holds. Collective.
  void count(const Communicator& comm);
};

}  // namespace jetrain

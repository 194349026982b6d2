#pragma once

/// \file
/// Brings every sample to the rank that will use it. Samples stay at home, where they were read; for a window
/// of batches at a time, those that other ranks need travel there. Memory stays at the home store plus one
/// window, nothing is ever reordered, and an epoch's data depend on nothing but its order. A rank's work
/// grows with its own samples, not with all.

#include <cstdint>
#include <span>
#include <vector>

#include "batches/batch_plan.hpp"
#include "batches/epoch_order.hpp"
#include "comm/communicator.hpp"
#include "samples/sample_set.hpp"

namespace jetrain {

/// What one rank computes of a batch: samples in the order of their positions in the epoch.
struct BatchPart {
  std::span<const SampleView> samples;
  std::span<const std::uint32_t> numbers;  ///< of the samples in their set
  std::int64_t first_position = 0;         ///< of the first sample
};

class BatchFeeder {
 public:
  BatchFeeder(const SampleSet& home, const Communicator& comm);

  /// How many batches' samples travel at a time.
  static std::int64_t batches_of_a_window(std::int64_t batch_size, std::int64_t ranks);

  /// Begins an epoch in the given order and batches, the same on all ranks.
  void start_epoch(const BatchPlan& plan, EpochOrder order);

  /// This rank's part of batch `b`. Batches are asked for one after
  /// another, on all ranks alike: from time to time the call is collective. Views are valid until the next
  /// call.
  BatchPart part(std::int64_t b);

  /// Seconds spent in moving samples, in all.
  double seconds() const noexcept { return seconds_; }

 private:
  /// A sample at home, and where the epoch wants it.
  struct Departure {
    std::uint32_t position = 0;
    std::uint32_t index = 0;  ///< in the home store
  };

  void fetch_window(std::int64_t first_batch);
  std::vector<std::vector<std::byte>> pack_departures(std::int64_t first, std::int64_t last) const;
  int home_of(std::int64_t sample) const;

  const SampleSet& home_;
  BatchPlan plan_;
  const Communicator& comm_;
  EpochOrder order_;
  std::vector<Departure> departures_;  ///< all samples at home, by their positions
  std::int64_t window_batches_ = 1;
  std::int64_t window_first_ = 0;
  std::int64_t window_last_ = 0;
  std::vector<std::vector<std::byte>> received_;
  std::vector<SampleView> views_;          ///< this rank's samples of the window
  std::vector<std::uint32_t> numbers_;     ///< theirs
  std::vector<std::int64_t> batch_begin_;  ///< of each batch of the window in views_
  double seconds_ = 0;
};

}  // namespace jetrain

#include "batches/redistribute.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/checked_cast.hpp"
#include "core/leaf.hpp"
#include "core/out_of_memory.hpp"
#include "samples/sample_message.hpp"

namespace jetrain {
namespace {

/// Samples travel in windows of the numbering, so that messages stay small beside the store: of images and of
/// sets about 10 MB.
std::int64_t window_of(const SampleLayout& layout) {
  return layout.is_set() ? 8192 : 32768;
}

struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Range overlap(const Range& a, const Range& b) {
  const std::int64_t begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

Range part(const std::vector<std::int64_t>& borders, int rank) {
  const auto r = static_cast<std::size_t>(rank);
  return {borders[r], borders[r + 1]};
}

}  // namespace

std::vector<std::int64_t> even_borders(std::int64_t total, int ranks) {
  const std::int64_t leaves = ceil_divide(total, kLanes);
  std::vector<std::int64_t> borders;
  for (std::int64_t r = 0; r <= ranks; ++r) borders.push_back(std::min(total, leaves * r / ranks * kLanes));
  return borders;
}

std::vector<std::int64_t> root_borders(std::int64_t total, int ranks) {
  std::vector<std::int64_t> borders(static_cast<std::size_t>(ranks) + 1, total);
  borders.front() = 0;
  return borders;
}

void redistribute(SampleSet& set, const std::vector<std::int64_t>& borders, const Communicator& comm) {
  if (borders == set.begins) return;
  const Range held = part(set.begins, comm.rank());
  const std::int64_t window = window_of(set.layout);
  SampleStore arrived;
  const auto move_window = [&](std::int64_t first) {
    const Range leaving = overlap(held, {first, first + window});
    std::vector<std::vector<std::byte>> outgoing;
    for (int rank = 0; rank < comm.size(); ++rank) {
      const Range wanted = overlap(leaving, part(borders, rank));
      std::vector<SampleView> samples;
      for (std::int64_t i = wanted.begin; i < wanted.end; ++i) samples.push_back(set.samples[i - held.begin]);
      outgoing.push_back(pack_samples(samples));
    }
    for (const std::vector<std::byte>& bytes : comm.exchange(outgoing)) {
      for (const SampleView& sample : unpack_samples(bytes)) arrived.append(sample);
    }
    set.samples.release_before(leaving.end - held.begin);  // all of them have arrived elsewhere
  };
  memory_for("jets on their way between ranks", [&] {
    for (std::int64_t first = 0; first < set.total(); first += window) move_window(first);
  });
  arrived.shrink_to_fit();
  set.samples = std::move(arrived);
  set.begins = borders;
}

}  // namespace jetrain

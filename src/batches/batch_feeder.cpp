#include "batches/batch_feeder.hpp"

#include <algorithm>
#include <utility>

#include "core/out_of_memory.hpp"
#include "core/stopwatch.hpp"
#include "samples/sample_message.hpp"

namespace jetrain {
namespace {

/// Samples that a rank receives in one window: a few megabytes, of images as of sets.
constexpr std::int64_t kWindowSamples = 8192;

}  // namespace

BatchFeeder::BatchFeeder(const SampleSet& home, const Communicator& comm) : home_(home), comm_(comm) {}

std::int64_t BatchFeeder::batches_of_a_window(std::int64_t batch_size, std::int64_t ranks) {
  return std::max<std::int64_t>(1, kWindowSamples * ranks / batch_size);
}

void BatchFeeder::start_epoch(const BatchPlan& plan, EpochOrder order) {
  const Stopwatch watch;
  plan_ = plan;
  window_batches_ = batches_of_a_window(plan.batch_size, plan.ranks);
  order_ = std::move(order);
  window_first_ = window_last_ = 0;
  departures_.clear();
  if (comm_.size() > 1) {
    const std::int64_t begin = home_.begins[static_cast<std::size_t>(comm_.rank())];
    departures_.resize(static_cast<std::size_t>(home_.samples.size()));
#pragma omp parallel for
    for (std::int64_t i = 0; i < home_.samples.size(); ++i) {
      departures_[static_cast<std::size_t>(i)] = {static_cast<std::uint32_t>(order_.position_of(begin + i)),
                                                  static_cast<std::uint32_t>(i)};
    }
    std::sort(departures_.begin(), departures_.end(),
              [](const Departure& a, const Departure& b) { return a.position < b.position; });
  }
  seconds_ += watch.seconds();
}

BatchPart BatchFeeder::part(std::int64_t b) {
  if (b < window_first_ || b >= window_last_) {
    const Stopwatch watch;
    memory_for("the jets of a window of batches", [&] { fetch_window(b); });
    seconds_ += watch.seconds();
  }
  const auto i = static_cast<std::size_t>(b - window_first_);
  const auto begin = static_cast<std::size_t>(batch_begin_[i]);
  const auto count = static_cast<std::size_t>(batch_begin_[i + 1]) - begin;
  return {std::span(views_).subspan(begin, count), std::span(numbers_).subspan(begin, count),
          plan_.part(b, comm_.rank()).first};
}

int BatchFeeder::home_of(std::int64_t sample) const {
  const auto after = std::upper_bound(home_.begins.begin(), home_.begins.end(), sample);
  return static_cast<int>(after - home_.begins.begin()) - 1;
}

std::vector<std::vector<std::byte>> BatchFeeder::pack_departures(std::int64_t first,
                                                                 std::int64_t last) const {
  std::vector<std::vector<SampleView>> to_send(static_cast<std::size_t>(comm_.size()));
  const auto at_or_after = [&](std::int64_t position) {
    return std::lower_bound(departures_.begin(), departures_.end(), position,
                            [](const Departure& d, std::int64_t p) { return d.position < p; });
  };
  const auto end = at_or_after(last);
  for (auto departure = at_or_after(first); departure != end; ++departure) {
    const int rank = plan_.owner(departure->position);
    if (rank != comm_.rank())
      to_send[static_cast<std::size_t>(rank)].push_back(home_.samples[departure->index]);
  }
  std::vector<std::vector<std::byte>> packed;
  for (const std::vector<SampleView>& samples : to_send) packed.push_back(pack_samples(samples));
  return packed;
}

// Every rank can compute every position and every home, so no request has to be sent: a sender packs what
// each rank needs in the order of positions, a receiver takes it off in that order.
void BatchFeeder::fetch_window(std::int64_t first_batch) {
  window_first_ = first_batch;
  window_last_ = std::min(plan_.batches(), first_batch + window_batches_);
  const int me = comm_.rank();
  numbers_.clear();
  batch_begin_.assign(1, 0);
  for (std::int64_t b = window_first_; b < window_last_; ++b) {
    const Positions part = plan_.part(b, me);
    for (std::int64_t p = part.first; p < part.last; ++p) numbers_.push_back(order_.sample_at(p));
    batch_begin_.push_back(std::ssize(numbers_));
  }

  std::vector<std::vector<SampleView>> arrived(static_cast<std::size_t>(comm_.size()));
  if (comm_.size() > 1) {
    received_ =
        comm_.exchange(pack_departures(plan_.batch(window_first_).first, plan_.batch(window_last_ - 1).last));
    for (std::size_t r = 0; r < arrived.size(); ++r) arrived[r] = unpack_samples(received_[r]);
  }
  const std::int64_t my_begin = home_.begins[static_cast<std::size_t>(me)];
  std::vector<std::size_t> taken(arrived.size(), 0);
  views_.clear();
  for (const std::int64_t sample : numbers_) {
    const int home = home_of(sample);
    const auto source = static_cast<std::size_t>(home);
    views_.push_back(home == me ? home_.samples[sample - my_begin] : arrived[source][taken[source]++]);
  }
}

}  // namespace jetrain

#include "jetrain/data/batch_feeder.hpp"

#include <algorithm>

#include "jetrain/core/stopwatch.hpp"
#include "jetrain/data/image_message.hpp"

namespace jetrain {
namespace {

/// Samples that a rank receives in one window: a few megabytes of images.
constexpr std::int64_t kWindowSamples = 8192;

}  // namespace

BatchFeeder::BatchFeeder(const ImageSet& home, const BatchPlan& plan, const Communicator& comm)
    : home_(home),
      plan_(plan),
      comm_(comm),
      window_batches_(std::max<std::int64_t>(1, kWindowSamples * plan.ranks / plan.batch_size)) {}

void BatchFeeder::start_epoch(std::vector<std::uint32_t> order) {
  order_ = std::move(order);
  window_first_ = window_last_ = 0;
}

BatchPart BatchFeeder::part(std::int64_t b) {
  if (b < window_first_ || b >= window_last_) {
    const Stopwatch watch;
    fetch_window(b);
    seconds_ += watch.seconds();
  }
  const auto i = static_cast<std::size_t>(b - window_first_);
  const auto begin = static_cast<std::size_t>(batch_begin_[i]);
  const auto count = static_cast<std::size_t>(batch_begin_[i + 1]) - begin;
  const std::int64_t position = plan_.part(b, comm_.rank()).first;
  return {std::span(views_).subspan(begin, count),
          std::span(order_).subspan(static_cast<std::size_t>(position), count), position};
}

int BatchFeeder::home_of(std::int64_t sample) const {
  const auto after = std::upper_bound(home_.begins.begin(), home_.begins.end(), sample);
  return static_cast<int>(after - home_.begins.begin()) - 1;
}

// Every rank knows the whole order and every home, so both sides walk the window in the same sequence and no
// request has to be sent: a sender packs what each rank needs in the order of positions, a receiver takes it
// off in that order.
void BatchFeeder::fetch_window(std::int64_t first_batch) {
  window_first_ = first_batch;
  window_last_ = std::min(plan_.batches(), first_batch + window_batches_);
  const int me = comm_.rank();
  const auto ranks = static_cast<std::size_t>(comm_.size());
  const std::int64_t my_begin = home_.begins[static_cast<std::size_t>(me)];

  std::vector<std::vector<SparseImage>> to_send(ranks);
  std::vector<int> sources;  // of each of my samples in the window
  views_.clear();
  batch_begin_.assign(1, 0);
  for (std::int64_t b = window_first_; b < window_last_; ++b) {
    for (int rank = 0; rank < comm_.size(); ++rank) {
      const Positions part = plan_.part(b, rank);
      for (std::int64_t p = part.first; p < part.last; ++p) {
        const std::int64_t sample = order_[static_cast<std::size_t>(p)];
        const int source = home_of(sample);
        if (source == me) {
          const SparseImage image = home_.images[sample - my_begin];
          if (rank == me) {
            views_.push_back(image);
          } else {
            to_send[static_cast<std::size_t>(rank)].push_back(image);
          }
        } else if (rank == me) {
          views_.emplace_back();
        }
        if (rank == me) sources.push_back(source);
      }
    }
    batch_begin_.push_back(std::ssize(views_));
  }
  if (ranks == 1) return;

  std::vector<std::vector<std::byte>> outgoing(ranks);
  for (std::size_t r = 0; r < ranks; ++r) outgoing[r] = pack_images(to_send[r]);
  received_ = comm_.exchange(outgoing);
  std::vector<std::vector<SparseImage>> arrived(ranks);
  for (std::size_t r = 0; r < ranks; ++r) arrived[r] = unpack_images(received_[r]);
  std::vector<std::size_t> taken(ranks, 0);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const auto source = static_cast<std::size_t>(sources[i]);
    if (sources[i] != me) views_[i] = arrived[source][taken[source]++];
  }
}

}  // namespace jetrain

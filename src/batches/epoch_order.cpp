#include "batches/epoch_order.hpp"

#include "core/permutation.hpp"
#include "core/random.hpp"

namespace jetrain {
namespace {

std::vector<std::uint32_t> local_order(std::uint64_t seed, std::uint32_t epoch, const BatchPlan& plan,
                                       const std::vector<std::int64_t>& begins) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(plan.samples));
  std::vector<std::int64_t> open_positions;
  std::vector<std::uint32_t> left_samples;
  for (int rank = 0; rank < plan.ranks; ++rank) {
    const auto r = static_cast<std::size_t>(rank);
    const auto begin = static_cast<std::uint32_t>(begins[r]);
    const auto own = random_permutation(begins[r + 1] - begins[r], seed, Purpose::epoch_order, epoch,
                                        std::uint64_t{1} + r);
    auto next = own.begin();
    for (std::int64_t b = 0; b < plan.batches(); ++b) {
      const Positions part = plan.part(b, rank);
      for (std::int64_t p = part.first; p < part.last; ++p) {
        if (next == own.end()) {
          open_positions.push_back(p);
        } else {
          order[static_cast<std::size_t>(p)] = begin + *next++;
        }
      }
    }
    for (; next != own.end(); ++next) left_samples.push_back(begin + *next);
  }
  // Ranks compute a few positions more or fewer than they have samples; those few travel.
  for (std::size_t i = 0; i < open_positions.size(); ++i) {
    order[static_cast<std::size_t>(open_positions[i])] = left_samples[i];
  }
  return order;
}

}  // namespace

EpochOrder::EpochOrder(Shuffle shuffle, std::uint64_t seed, std::uint32_t epoch, const BatchPlan& plan,
                       const std::vector<std::int64_t>& begins) {
  switch (shuffle) {
    case Shuffle::global:
      global_.emplace(plan.samples, seed, Purpose::epoch_order, epoch);
      break;
    case Shuffle::local:
      samples_ = local_order(seed, epoch, plan, begins);
      positions_.resize(samples_.size());
      for (std::size_t p = 0; p < samples_.size(); ++p)
        positions_[samples_[p]] = static_cast<std::uint32_t>(p);
      break;
    case Shuffle::none:
      break;
  }
}

std::uint32_t EpochOrder::sample_at(std::int64_t position) const noexcept {
  if (global_) return global_->at(static_cast<std::uint32_t>(position));
  return samples_.empty() ? static_cast<std::uint32_t>(position)
                          : samples_[static_cast<std::size_t>(position)];
}

std::int64_t EpochOrder::position_of(std::int64_t sample) const noexcept {
  if (global_) return global_->position_of(static_cast<std::uint32_t>(sample));
  return positions_.empty() ? sample : positions_[static_cast<std::size_t>(sample)];
}

}  // namespace jetrain

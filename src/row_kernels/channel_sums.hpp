#pragma once

/// \file
/// Sums over the channels of one row: sixteen partial sums, by channel mod 16, folded by one tree
/// (kernels/lane_sum.hpp).

#include "kernels/lane_sum.hpp"
#include "kernels/vector.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// Vectors of sixteen channels.
inline constexpr int kParts = static_cast<int>(kLanes / kVectorLanes);

/// The channels of a row, a vector at a time; in the last sixteen, which are channels and which padding.
class Channels {
 public:
  explicit Channels(std::int64_t channels) noexcept
      : whole_(channels / kLanes * kLanes), width_(padded_channels(channels)) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      is_channel_[lane] = whole_ + lane < channels ? 1.0F : 0.0F;
    }
  }

  /// visit(at, part, real) for the floats from `at` on; at is part * kVectorLanes mod 16. real(value) is the
  /// value with 0 in padding.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::int64_t at = 0; at < whole_; at += kLanes) {
      for (int part = 0; part < kParts; ++part) {
        visit(at + part * kVectorLanes, part, [](Vector value) { return value; });
      }
    }
    if (whole_ == width_) return;
    for (int part = 0; part < kParts; ++part) {
      const Vector mask = load(is_channel_ + part * kVectorLanes);
      visit(whole_ + part * kVectorLanes, part, [mask](Vector value) { return where_positive(mask, value); });
    }
  }

 private:
  std::int64_t whole_;
  std::int64_t width_;
  alignas(64) float is_channel_[kLanes];
};

/// Sixteen partial sums.
struct ChannelSum {
  Vector parts[kParts] = {};

  float total() const noexcept {
    alignas(64) float lanes[kLanes];
    for (int part = 0; part < kParts; ++part) store(lanes + part * kVectorLanes, parts[part]);
    return sum_of_lanes(lanes);
  }
};

}  // namespace jetrain::kernels

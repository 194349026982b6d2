#pragma once

/// \file
/// Leaves of random activations for the tests of the kernels.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "kernels/lanes.hpp"

namespace jetrain::test {

/// Zeros around the rows and columns of a plane.
struct Halo {
  std::int64_t top = 0;
  std::int64_t bottom = 0;
  std::int64_t left = 0;
  std::int64_t right = 0;
};

/// Owns planes and their halo.
class Leaf {
 public:
  Leaf(std::int64_t channels, std::int64_t rows, std::int64_t columns, Halo halo = {}) {
    const std::int64_t row_stride = (columns + halo.left + halo.right) * kLanes;
    const std::int64_t channel_stride = (rows + halo.top + halo.bottom) * row_stride;
    buffer_ = AlignedBuffer<float>(static_cast<std::size_t>(channels * channel_stride));
    planes_ = {.data = buffer_.data() + halo.top * row_stride + halo.left * kLanes,
               .channels = channels,
               .rows = rows,
               .columns = columns,
               .channel_stride = channel_stride,
               .row_stride = row_stride};
  }

  Planes planes() const noexcept { return planes_; }

  /// Calls visit(value) for every value of the view, not of the halo.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::int64_t k = 0; k < planes_.channels; ++k) {
      for (std::int64_t r = 0; r < planes_.rows; ++r) {
        for (std::int64_t i = 0; i < planes_.columns * kLanes; ++i) visit(planes_.at(k, r, 0)[i]);
      }
    }
  }

  /// Fills the view, not the halo, with numbers between -1 and 1.
  Leaf& randomize(std::mt19937& engine) {
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    for_each([&](float& value) { value = uniform(engine); });
    return *this;
  }

  /// Fills view and halo.
  Leaf& fill_all(float value) {
    std::fill(buffer_.data(), buffer_.data() + buffer_.size(), value);
    return *this;
  }

  /// The values of the view, (channels, rows, columns, lanes).
  std::vector<float> values() const {
    std::vector<float> values;
    for_each([&](float value) { values.push_back(value); });
    return values;
  }

  /// Halo values that are not `value`.
  std::int64_t halo_values_other_than(float value) const {
    const float* const end = buffer_.data() + buffer_.size();
    std::int64_t others = std::count_if(buffer_.data(), end, [&](float v) { return v != value; });
    for_each([&](float v) { others -= v != value ? 1 : 0; });
    return others;
  }

 private:
  AlignedBuffer<float> buffer_;
  Planes planes_;
};

inline std::vector<float> random_values(std::int64_t size, std::mt19937& engine) {
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  std::vector<float> values(static_cast<std::size_t>(size));
  for (float& value : values) value = uniform(engine);
  return values;
}

/// An aligned copy.
inline AlignedBuffer<float> aligned(const std::vector<float>& values) {
  AlignedBuffer<float> buffer(values.size());
  std::copy(values.begin(), values.end(), buffer.data());
  return buffer;
}

/// The largest difference, NaN if any is NaN.
template <class A, class B>
double largest_difference(const A& a, const B& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

}  // namespace jetrain::test

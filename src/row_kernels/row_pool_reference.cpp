#include <algorithm>

#include "kernels/multiply_add.hpp"
#include "row_kernels/row_pool.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels::reference {
namespace {

/// The sum over a sample's rows of what add(row, sum) adds to a pass.
template <class Add>
float sum_of(const RowOffsets& offsets, std::int64_t sample, Add add) {
  float sum = 0;
  const std::int64_t end = offsets.begin(sample) + offsets.count(sample);
  for (std::int64_t first = offsets.begin(sample); first < end; first += kPassRows) {
    float pass = 0;
    for (std::int64_t r = first; r < std::min(end, first + kPassRows); ++r) add(r, pass);
    sum += pass;
  }
  return sum;
}

float weighted_sum(ConstRows x, const RowOffsets& offsets, const float* weights, std::int64_t sample,
                   std::int64_t k) {
  return sum_of(offsets, sample, [&](std::int64_t r, float& sum) {
    const float value = x.row(r)[k];
    sum = weights == nullptr ? sum + value : multiply_add(value, weights[r], sum);
  });
}

float mean_of(float sum, const RowOffsets& offsets, const float* weights, std::int64_t sample) {
  const float by = weights == nullptr
                       ? static_cast<float>(offsets.count(sample))
                       : sum_of(offsets, sample, [&](std::int64_t r, float& all) { all += weights[r]; });
  return by == 0 ? 0 : sum / by;
}

template <class Visit>
void for_each_lane(std::int64_t channels, Visit visit) {
  for (std::int64_t k = 0; k < channels; ++k) {
    for (std::int64_t sample = 0; sample < kLanes; ++sample) visit(k, sample);
  }
}

template <class Gradient>
void backward(const RowOffsets& offsets, const float* weights, const float* mask, Rows dx,
              Gradient gradient) {
  for_each_lane(dx.channels, [&](std::int64_t k, std::int64_t sample) {
    for (std::int64_t r = offsets.begin(sample); r < offsets.begin(sample) + offsets.count(sample); ++r) {
      const bool passes = mask == nullptr || mask[r * dx.stride() + k] > 0;
      dx.row(r)[k] = passes ? gradient(k, sample) * (weights == nullptr ? 1.0F : weights[r]) : 0.0F;
    }
  });
}

/// The row that is the maximum, -1 without rows.
std::int64_t winner(ConstRows x, const RowOffsets& offsets, std::int64_t k, std::int64_t sample) {
  std::int64_t best = -1;
  for (std::int64_t r = offsets.begin(sample); r < offsets.begin(sample) + offsets.count(sample); ++r) {
    if (best < 0 || x.row(r)[k] > x.row(best)[k]) best = r;
  }
  return best;
}

}  // namespace

void sum_pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, float* y) {
  for_each_lane(x.channels, [&](std::int64_t k, std::int64_t sample) {
    y[k * kLanes + sample] = weighted_sum(x, offsets, weights, sample, k);
  });
}

void sum_pool_backward(const RowOffsets& offsets, const float* weights, const float* mask, const float* dy,
                       Rows dx) {
  backward(offsets, weights, mask, dx,
           [&](std::int64_t k, std::int64_t sample) { return dy[k * kLanes + sample]; });
}

void mean_pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, float* y) {
  for_each_lane(x.channels, [&](std::int64_t k, std::int64_t sample) {
    y[k * kLanes + sample] = mean_of(weighted_sum(x, offsets, weights, sample, k), offsets, weights, sample);
  });
}

void mean_pool_backward(const RowOffsets& offsets, const float* weights, const float* mask, const float* dy,
                        Rows dx) {
  backward(offsets, weights, mask, dx, [&](std::int64_t k, std::int64_t sample) {
    return mean_of(dy[k * kLanes + sample], offsets, weights, sample);
  });
}

void max_pool_forward(ConstRows x, const RowOffsets& offsets, float* y) {
  for_each_lane(x.channels, [&](std::int64_t k, std::int64_t sample) {
    const std::int64_t row = winner(x, offsets, k, sample);
    y[k * kLanes + sample] = row < 0 ? 0 : x.row(row)[k];
  });
}

void max_pool_backward(ConstRows x, const RowOffsets& offsets, const float* dy, Rows dx) {
  for_each_lane(x.channels, [&](std::int64_t k, std::int64_t sample) {
    const std::int64_t best = winner(x, offsets, k, sample);
    for (std::int64_t r = offsets.begin(sample); r < offsets.begin(sample) + offsets.count(sample); ++r) {
      dx.row(r)[k] = r == best ? dy[k * kLanes + sample] : 0.0F;
    }
  });
}

}  // namespace jetrain::kernels::reference

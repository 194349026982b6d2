#include "row_kernels/row_pool.hpp"

#include <algorithm>

#include "kernels/multiply_add.hpp"
#include "kernels/scratch.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels {
namespace {

/// Memory of one thread for the length of a call.
float* scratch(std::int64_t floats) {
  thread_local Scratch<float> memory;
  return memory.reserve(floats);
}

float weight_of(const float* weights, std::int64_t row) {
  return weights == nullptr ? 1.0F : weights[row];
}

/// What a sample's sum is divided by for its mean; 0: there is none.
float divisor(const RowOffsets& offsets, const float* weights, std::int64_t sample) {
  if (weights == nullptr) return static_cast<float>(offsets.count(sample));
  float sum = 0;
  const std::int64_t end = offsets.begin(sample) + offsets.count(sample);
  for (std::int64_t first = offsets.begin(sample); first < end; first += kPassRows) {
    float pass = 0;
    for (std::int64_t r = first; r < std::min(end, first + kPassRows); ++r) pass += weights[r];
    sum += pass;
  }
  return sum;
}

/// The sums of a sample, padded.
void sum_rows(ConstRows x, const RowOffsets& offsets, const float* weights, std::int64_t sample,
              float* sums) {
  const std::int64_t first = offsets.begin(sample);
  const float* from = x.row(first);
  const std::int64_t stride = x.stride();
  std::fill_n(sums, stride, 0.0F);
  if (weights == nullptr) {
    sum_over_rows<1>(offsets.count(sample), stride, {sums},
                     [=](std::int64_t row, std::int64_t at, std::array<Vector, 1>& pass) {
                       pass[0] += load(from + row * stride + at);
                     });
  } else {
    const float* of_sample = weights + first;
    sum_over_rows<1>(offsets.count(sample), stride, {sums},
                     [=](std::int64_t row, std::int64_t at, std::array<Vector, 1>& pass) {
                       pass[0] =
                           multiply_add(load(from + row * stride + at), broadcast(of_sample[row]), pass[0]);
                     });
  }
}

/// A lane of y, or of dy as a row with padding of zeros.
void to_lane(const float* row, std::int64_t channels, std::int64_t sample, float* y) {
  for (std::int64_t k = 0; k < channels; ++k) y[k * kLanes + sample] = row[k];
}
void from_lane(const float* dy, std::int64_t channels, std::int64_t sample, float* row) {
  std::fill_n(row, padded_channels(channels), 0.0F);
  for (std::int64_t k = 0; k < channels; ++k) row[k] = dy[k * kLanes + sample];
}

/// y = sum / divisor, or the sum where no mean is asked for.
void pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, bool mean, float* y) {
  float* sums = scratch(x.stride());
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    sum_rows(x, offsets, weights, sample, sums);
    if (mean) {
      const float by = divisor(offsets, weights, sample);
      for (std::int64_t k = 0; k < x.stride(); ++k) sums[k] = by == 0 ? 0.0F : sums[k] / by;
    }
    to_lane(sums, x.channels, sample, y);
  }
}

/// dx = w (dy / divisor), where the mask lets it.
void pool_backward(const RowOffsets& offsets, const float* weights, bool mean, const float* mask,
                   const float* dy, Rows dx) {
  const std::int64_t stride = dx.stride();
  float* gradient = scratch(stride);
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    from_lane(dy, dx.channels, sample, gradient);
    if (mean) {
      const float by = divisor(offsets, weights, sample);
      for (std::int64_t k = 0; k < stride; ++k) gradient[k] = by == 0 ? 0.0F : gradient[k] / by;
    }
    for (std::int64_t r = offsets.begin(sample); r < offsets.begin(sample) + offsets.count(sample); ++r) {
      const Vector weight = broadcast(weight_of(weights, r));
      for (std::int64_t at = 0; at < stride; at += kVectorLanes) {
        const Vector value = load(gradient + at) * weight;
        store(dx.row(r) + at, mask == nullptr ? value : where_positive(load(mask + r * stride + at), value));
      }
    }
  }
}

}  // namespace

void sum_pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, float* y) {
  pool_forward(x, offsets, weights, false, y);
}

void sum_pool_backward(const RowOffsets& offsets, const float* weights, const float* mask, const float* dy,
                       Rows dx) {
  pool_backward(offsets, weights, false, mask, dy, dx);
}

void mean_pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, float* y) {
  pool_forward(x, offsets, weights, true, y);
}

void mean_pool_backward(const RowOffsets& offsets, const float* weights, const float* mask, const float* dy,
                        Rows dx) {
  pool_backward(offsets, weights, true, mask, dy, dx);
}

void max_pool_forward(ConstRows x, const RowOffsets& offsets, float* y) {
  const std::int64_t stride = x.stride();
  float* largest = scratch(stride);
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    const std::int64_t rows = offsets.count(sample);
    const float* from = x.row(offsets.begin(sample));
    for (std::int64_t at = 0; at < stride; at += kVectorLanes) {
      Vector largest_here = rows == 0 ? Vector{} : load(from + at);
      for (std::int64_t r = 1; r < rows; ++r) {
        const Vector value = load(from + r * stride + at);
        largest_here = ((value > largest_here) | (value != value)) ? value : largest_here;
      }
      store(largest + at, largest_here);
    }
    to_lane(largest, x.channels, sample, y);
  }
}

void max_pool_backward(ConstRows x, const RowOffsets& offsets, const float* dy, Rows dx) {
  const std::int64_t stride = x.stride();
  float* gradients = scratch(stride);
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    const std::int64_t rows = offsets.count(sample);
    if (rows == 0) continue;
    const float* from = x.row(offsets.begin(sample));
    float* to = dx.row(offsets.begin(sample));
    from_lane(dy, x.channels, sample, gradients);
    for (std::int64_t at = 0; at < stride; at += kVectorLanes) {
      Vector largest = load(from + at);
      for (std::int64_t r = 1; r < rows; ++r) {
        const Vector value = load(from + r * stride + at);
        largest = value > largest ? value : largest;
      }
      // What is given away is left as zeros for the rows behind.
      Vector left = load(gradients + at);
      for (std::int64_t r = 0; r < rows; ++r) {
        const auto taken = load(from + r * stride + at) == largest;
        store(to + r * stride + at, taken ? left : Vector{});
        left = taken ? Vector{} : left;
      }
    }
  }
}

}  // namespace jetrain::kernels

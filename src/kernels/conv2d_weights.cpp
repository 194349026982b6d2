#include <algorithm>

#include "kernels/blocks.hpp"
#include "kernels/conv2d.hpp"
#include "kernels/lane_sum.hpp"
#include "kernels/scratch.hpp"
#include "kernels/vector.hpp"

namespace jetrain::kernels {
namespace {

/// Sums that stay in registers: filters x taps. With 32 registers, 4 x 4 sums need 8 loads for 16
/// multiply-adds.
constexpr int kFilters = 4;
constexpr int kTaps = kManyRegisters ? 4 : 2;

/// Pixels between two visits of a block's sums, in whole rows: many, because a visit loads and stores the
/// sums; few, because those of four filters shall stay in the L1 cache.
constexpr std::int64_t kPixelsPerPass = 100;

/// A few rows of one block. Sums stand in memory between passes: (taps of the block, filters of the block,
/// lanes); those of the bias: (filters of the block, lanes).
struct BlockTask {
  const float* x;
  const std::int64_t* offsets;  ///< (taps of the block): from the output pixel to the tap's input
  std::int64_t x_row_stride;
  const float* dy;
  std::int64_t dy_channel_stride;
  std::int64_t dy_row_stride;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t x_step;  ///< floats of x from one column of dy to the next
  float* sums;
  float* bias_sums;  ///< null: not this block
};

template <bool WithBias, bool Strided>
struct WeightsBlock {
  template <int Filters, int Taps>
  static void run(const BlockTask& task) {
    Vector sums[Taps][Filters];
    Vector bias_sums[Filters]{};
#pragma GCC unroll 16
    for (int t = 0; t < Taps; ++t) {
#pragma GCC unroll 16
      for (int f = 0; f < Filters; ++f) sums[t][f] = load(task.sums + (t * Filters + f) * kLanes);
    }
#pragma GCC unroll 16
    for (int f = 0; f < (WithBias ? Filters : 0); ++f) bias_sums[f] = load(task.bias_sums + f * kLanes);
    for (std::int64_t row = 0; row < task.rows; ++row) {
      const float* dy = task.dy + row * task.dy_row_stride;
      const float* x[Taps];
#pragma GCC unroll 16
      for (int t = 0; t < Taps; ++t) x[t] = task.x + row * task.x_row_stride + task.offsets[t];
      for (std::int64_t at = 0; at < task.columns * kLanes; at += kLanes) {
        Vector gradients[Filters];
#pragma GCC unroll 16
        for (int f = 0; f < Filters; ++f)
          gradients[f] = in_register(load(dy + f * task.dy_channel_stride + at));
#pragma GCC unroll 16
        for (int t = 0; t < Taps; ++t) {
          const Vector input = in_register(load(x[t] + (Strided ? at / kLanes * task.x_step : at)));
#pragma GCC unroll 16
          for (int f = 0; f < Filters; ++f) sums[t][f] += input * gradients[f];
        }
#pragma GCC unroll 16
        for (int f = 0; f < (WithBias ? Filters : 0); ++f) bias_sums[f] += gradients[f];
      }
    }
#pragma GCC unroll 16
    for (int t = 0; t < Taps; ++t) {
#pragma GCC unroll 16
      for (int f = 0; f < Filters; ++f) store(task.sums + (t * Filters + f) * kLanes, sums[t][f]);
    }
#pragma GCC unroll 16
    for (int f = 0; f < (WithBias ? Filters : 0); ++f) store(task.bias_sums + f * kLanes, bias_sums[f]);
  }
};

/// The block's function for run-time properties of the convolution.
auto weights_block(bool with_bias, bool strided, std::int64_t filters, std::int64_t taps) {
  if (strided) {
    return with_bias ? instantiation<WeightsBlock<true, true>, kFilters, kTaps>(filters, taps)
                     : instantiation<WeightsBlock<false, true>, kFilters, kTaps>(filters, taps);
  }
  return with_bias ? instantiation<WeightsBlock<true, false>, kFilters, kTaps>(filters, taps)
                   : instantiation<WeightsBlock<false, false>, kFilters, kTaps>(filters, taps);
}

/// The weight gradient of one leaf and one group of channels. Taps are numbered (in channel, row, column), so
/// that neighbours read the same few rows of x.
class WeightGradient {
 public:
  /// x and dy: the group's channels only.
  WeightGradient(const Conv2dShape& shape, ConstPlanes x, ConstPlanes dy)
      : shape_(shape),
        x_(x),
        dy_(dy),
        taps_(shape.kernel_rows * shape.kernel_columns * shape.group_inputs()),
        tap_blocks_(taps_, kTaps),
        filter_blocks_(shape.group_outputs(), kFilters) {
    static thread_local Scratch<float> sums;
    static thread_local Scratch<std::int64_t> offsets;
    const std::int64_t floats = (taps_ + 1) * shape.group_outputs() * kLanes;
    sums_ = sums.reserve(floats);
    std::fill_n(sums_, floats, 0.0F);
    bias_sums_ = sums_ + taps_ * shape.group_outputs() * kLanes;
    offsets_ = offsets.reserve(taps_);
    for (std::int64_t t = 0; t < taps_; ++t) {
      const std::int64_t pixel = t % window();
      offsets_[t] = x.at(t / window(), pixel / shape.kernel_columns, pixel % shape.kernel_columns) -
                    x.at(0, shape.pad_top, shape.pad_left);
    }
  }

  void add_rows(std::int64_t first, std::int64_t rows) {
    for (std::int64_t block = 0; block < filter_blocks_.size(); ++block) {
      for (std::int64_t taps = 0; taps < tap_blocks_.size(); ++taps) add_block(first, rows, block, taps);
    }
  }

  /// dweights and dbias from the group's first output on.
  void write(float* dweights, float* dbias) const {
    for (std::int64_t block = 0; block < filter_blocks_.size(); ++block) {
      const std::int64_t filter = filter_blocks_.begin(block);
      const std::int64_t filters = filter_blocks_.length(block);
      for (std::int64_t t = 0; t < taps_; ++t) {
        float* to = dweights + keras_tap(t) * shape_.out_channels + filter;
        const float* from = sums_ + (filter * taps_ + t * filters) * kLanes;
        for (std::int64_t f = 0; f < filters; ++f) to[f] = sum_of_lanes(from + f * kLanes);
      }
    }
    for (std::int64_t f = 0; f < shape_.group_outputs(); ++f)
      dbias[f] = sum_of_lanes(bias_sums_ + f * kLanes);
  }

 private:
  void add_block(std::int64_t first_row, std::int64_t rows, std::int64_t filter_block,
                 std::int64_t tap_block) {
    const std::int64_t filter = filter_blocks_.begin(filter_block);
    const std::int64_t filters = filter_blocks_.length(filter_block);
    const std::int64_t tap = tap_blocks_.begin(tap_block);
    const std::int64_t taps = tap_blocks_.length(tap_block);
    // The bias gradient rides along with the first taps: dy is at hand there.
    const bool with_bias = tap_block == 0;
    const auto run = weights_block(with_bias, shape_.stride != 1, filters, taps);
    for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
      run({.x = x_.data + first_row * shape_.stride * x_.row_stride + lane,
           .offsets = offsets_ + tap,
           .x_row_stride = shape_.stride * x_.row_stride,
           .dy = dy_.at(filter, first_row, 0) + lane,
           .dy_channel_stride = dy_.channel_stride,
           .dy_row_stride = dy_.row_stride,
           .rows = rows,
           .columns = dy_.columns,
           .x_step = shape_.stride * kLanes,
           .sums = sums_ + (filter * taps_ + tap * filters) * kLanes + lane,
           .bias_sums = bias_sums_ + filter * kLanes + lane});
    }
  }

  std::int64_t window() const { return shape_.kernel_rows * shape_.kernel_columns; }

  /// Keras numbers taps (row, column, in channel).
  std::int64_t keras_tap(std::int64_t t) const { return t % window() * shape_.group_inputs() + t / window(); }

  Conv2dShape shape_;
  ConstPlanes x_;
  ConstPlanes dy_;
  std::int64_t taps_;
  EvenBlocks tap_blocks_;
  EvenBlocks filter_blocks_;
  float* sums_;
  float* bias_sums_;
  std::int64_t* offsets_;
};

}  // namespace

void conv2d_backward_weights(const Conv2dShape& shape, ConstPlanes x, ConstPlanes dy, float* dweights,
                             float* dbias) {
  const std::int64_t rows_per_pass = std::max<std::int64_t>(1, kPixelsPerPass / dy.columns);
  for (std::int64_t group = 0; group < shape.groups; ++group) {
    ConstPlanes inputs = x;
    inputs.data = x.at(group * shape.group_inputs(), 0, 0);
    ConstPlanes gradients = dy;
    gradients.data = dy.at(group * shape.group_outputs(), 0, 0);
    WeightGradient gradient(shape, inputs, gradients);
    for (std::int64_t row = 0; row < dy.rows; row += rows_per_pass) {
      gradient.add_rows(row, std::min(rows_per_pass, dy.rows - row));
    }
    gradient.write(dweights + group * shape.group_outputs(), dbias + group * shape.group_outputs());
  }
}

}  // namespace jetrain::kernels

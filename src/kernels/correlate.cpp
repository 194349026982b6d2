#include "kernels/correlate.hpp"

#include <algorithm>

#include "kernels/vector.hpp"

namespace jetrain::kernels {
namespace {

/// Pixels side by side that are computed together: with 32 registers 4 filters x 5 pixels leave room for five
/// inputs and the weights, so that 20 multiply-adds need 9 loads.
constexpr int kPixelBlock = kManyRegisters ? 5 : 2;

/// Taps of one pass. The inputs under a pass stay in the L1 cache while all filters use them.
constexpr std::int64_t kTapsPerPass = 160;

/// One block of filters and pixels, one pass of taps.
struct BlockTask {
  const std::int64_t* offsets;
  std::int64_t taps;
  const float* weights;  ///< (taps, filters of the block)
  const float* bias;     ///< null: zero
  bool first;            ///< the sums start from the bias, not from what the last pass left in y
  Finish finish;
  const float* x;
  float* y;
  std::int64_t y_channel_stride;
  const float* mask;
  std::int64_t mask_channel_stride;
  std::int64_t x_step;
  std::int64_t y_step;
};

/// Steps known at compile time cost no registers; only strided convolutions pay for theirs.
template <bool Strided>
struct CorrelateBlock {
  template <int Filters, int Pixels>
  static void run(const BlockTask& task) {
    Vector sums[Filters][Pixels];
    start(task, sums);
    const float* weights = task.weights;
    for (std::int64_t t = 0; t < task.taps; ++t, weights += Filters) {
      const float* x = task.x + task.offsets[t];
      Vector inputs[Pixels];
#pragma GCC unroll 16
      for (int p = 0; p < Pixels; ++p) inputs[p] = in_register(load(x + p * x_step(task)));
#pragma GCC unroll 16
      for (int f = 0; f < Filters; ++f) {
        const Vector weight = broadcast(weights[f]);
#pragma GCC unroll 16
        for (int p = 0; p < Pixels; ++p) sums[f][p] += weight * inputs[p];
      }
    }
    finish(task, sums);
  }

 private:
  static std::int64_t x_step(const BlockTask& task) {
    return Strided ? task.x_step : kLanes;
  }
  static std::int64_t y_step(const BlockTask& task) {
    return Strided ? task.y_step : kLanes;
  }

  template <int Filters, int Pixels>
  static void start(const BlockTask& task, Vector (&sums)[Filters][Pixels]) {
#pragma GCC unroll 16
    for (int f = 0; f < Filters; ++f) {
      const Vector bias = broadcast(task.bias != nullptr ? task.bias[f] : 0.0F);
#pragma GCC unroll 16
      for (int p = 0; p < Pixels; ++p) {
        sums[f][p] = task.first ? bias : load(task.y + f * task.y_channel_stride + p * y_step(task));
      }
    }
  }

  template <int Filters, int Pixels>
  static void finish(const BlockTask& task, Vector (&sums)[Filters][Pixels]) {
#pragma GCC unroll 16
    for (int f = 0; f < Filters; ++f) {
#pragma GCC unroll 16
      for (int p = 0; p < Pixels; ++p) {
        Vector sum = sums[f][p];
        if (task.finish == Finish::relu) sum = relu(sum);
        if (task.finish == Finish::mask) {
          sum = where_positive(load(task.mask + f * task.mask_channel_stride + p * y_step(task)), sum);
        }
        store(task.y + f * task.y_channel_stride + p * y_step(task), sum);
      }
    }
  }
};

/// All filters at one block of pixels.
void correlate_pixels(const Correlation& correlation, const float* x, float* y, std::int64_t y_channel_stride,
                      const float* mask, std::int64_t pixels) {
  const EvenBlocks filters(correlation.filters, kFilterBlock);
  const EvenBlocks passes(std::max<std::int64_t>(1, correlation.taps), kTapsPerPass);
  const bool strided = correlation.x_step != kLanes || correlation.y_step != kLanes;
  for (std::int64_t pass = 0; pass < passes.size(); ++pass) {
    const bool last = pass + 1 == passes.size();
    for (std::int64_t block = 0; block < filters.size(); ++block) {
      const std::int64_t filter = filters.begin(block);
      const std::int64_t count = filters.length(block);
      const auto run = strided
                           ? instantiation<CorrelateBlock<true>, kFilterBlock, kPixelBlock>(count, pixels)
                           : instantiation<CorrelateBlock<false>, kFilterBlock, kPixelBlock>(count, pixels);
      for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
        run({.offsets = correlation.offsets + passes.begin(pass),
             .taps = std::min(passes.length(pass), correlation.taps),
             .weights = correlation.weights + filter * correlation.taps + passes.begin(pass) * count,
             .bias = correlation.bias != nullptr ? correlation.bias + filter : nullptr,
             .first = pass == 0,
             .finish = last ? correlation.finish : Finish::plain,
             .x = x + lane,
             .y = y + filter * y_channel_stride + lane,
             .y_channel_stride = y_channel_stride,
             .mask = mask + filter * correlation.mask.channel_stride + lane,
             .mask_channel_stride = correlation.mask.channel_stride,
             .x_step = correlation.x_step,
             .y_step = correlation.y_step});
      }
    }
  }
}

}  // namespace

void correlate(const Correlation& correlation, ConstPlanes x, Planes y) {
  // Down the rows first: from one row to the next only one row of inputs is new to the L1 cache.
  const EvenBlocks columns(y.columns, kPixelBlock);
  for (std::int64_t block = 0; block < columns.size(); ++block) {
    const std::int64_t column = columns.begin(block);
    for (std::int64_t row = 0; row < y.rows; ++row) {
      float* to = y.data + row * y.row_stride + column * correlation.y_step;
      const float* mask =
          correlation.finish == Finish::mask
              ? correlation.mask.data + row * correlation.mask.row_stride + column * correlation.y_step
              : to;
      correlate_pixels(correlation, x.data + row * x.row_stride + column * correlation.x_step, to,
                       y.channel_stride, mask, columns.length(block));
    }
  }
}

}  // namespace jetrain::kernels

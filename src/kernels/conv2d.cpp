#include "jetrain/kernels/conv2d.hpp"

#include "correlate.hpp"
#include "scratch.hpp"

namespace jetrain::kernels {
namespace {

/// One term of the sum over a window: input channel, row and column in the kernel.
struct Tap {
  std::int64_t channel;
  std::int64_t row;
  std::int64_t column;
};

std::int64_t window(const Conv2dShape& shape) {
  return shape.kernel_rows * shape.kernel_columns;
}

Tap tap(const Conv2dShape& shape, std::int64_t t) {
  const std::int64_t pixel = t % window(shape);
  return {t / window(shape), pixel / shape.kernel_columns, pixel % shape.kernel_columns};
}

/// Position of weights(row, column, in, out) in Keras' order.
std::int64_t position(const Conv2dShape& shape, std::int64_t row, std::int64_t column, std::int64_t in,
                      std::int64_t out) {
  return ((row * shape.kernel_columns + column) * shape.in_channels + in) * shape.out_channels + out;
}

/// Reads `x` (any channels) with pads (top, left) and writes `y`; `weight(tap, filter)` gives the weights.
template <class Weight>
void convolve(const Conv2dShape& shape, std::int64_t channels, std::int64_t filters, std::int64_t top,
              std::int64_t left, ConstPlanes x, Weight weight, Correlation correlation, Planes y) {
  static thread_local Scratch<float> packed;
  static thread_local Scratch<std::int64_t> offsets;
  correlation.taps = channels * window(shape);
  correlation.filters = filters;
  float* weights = packed.reserve(correlation.taps * filters);
  std::int64_t* offset = offsets.reserve(correlation.taps);
  for (std::int64_t t = 0; t < correlation.taps; ++t) {
    const Tap at = tap(shape, t);
    offset[t] = x.at(at.channel, at.row, at.column) - x.at(0, top, left);
  }
  pack_filters(
      correlation.taps, filters, [&](std::int64_t t, std::int64_t f) { return weight(tap(shape, t), f); },
      weights);
  correlation.offsets = offset;
  correlation.weights = weights;
  correlate(correlation, x, y);
}

}  // namespace

void conv2d_forward(const Conv2dShape& shape, ConstPlanes x, const float* weights, const float* bias,
                    bool relu, Planes y) {
  convolve(
      shape, shape.in_channels, shape.out_channels, shape.pad_top, shape.pad_left, x,
      [&](const Tap& tap, std::int64_t filter) {
        return weights[position(shape, tap.row, tap.column, tap.channel, filter)];
      },
      {.bias = bias, .finish = relu ? Finish::relu : Finish::plain}, y);
}

void conv2d_backward_input(const Conv2dShape& shape, ConstPlanes dy, const float* weights, ConstPlanes mask,
                           Planes dx) {
  // The same correlation with the kernel turned by 180 degrees, and inputs and outputs exchanged.
  const std::int64_t last_row = shape.kernel_rows - 1;
  const std::int64_t last_column = shape.kernel_columns - 1;
  convolve(
      shape, shape.out_channels, shape.in_channels, last_row - shape.pad_top, last_column - shape.pad_left,
      dy,
      [&](const Tap& tap, std::int64_t in) {
        return weights[position(shape, last_row - tap.row, last_column - tap.column, in, tap.channel)];
      },
      {.finish = mask.data != nullptr ? Finish::mask : Finish::plain, .mask = mask}, dx);
}

}  // namespace jetrain::kernels

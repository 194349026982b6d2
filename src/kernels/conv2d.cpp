#include "kernels/conv2d.hpp"

#include <algorithm>
#include <vector>

#include "kernels/correlate.hpp"
#include "kernels/scratch.hpp"

namespace jetrain::kernels {
namespace {

/// One term of the sum over a window: channel of what is read, where it stands relative to the window's
/// origin, and the kernel's row and column that weigh it.
struct Tap {
  std::int64_t channel;
  std::int64_t row;
  std::int64_t column;
  std::int64_t kernel_row;
  std::int64_t kernel_column;
};

/// Position of weights(row, column, in of the group, out) in Keras' order.
std::int64_t position(const Conv2dShape& shape, std::int64_t row, std::int64_t column, std::int64_t in,
                      std::int64_t out) {
  return ((row * shape.kernel_columns + column) * shape.group_inputs() + in) * shape.out_channels + out;
}

/// Writes `y` from `x`, a sum over `taps`, whose rows are `tap_row_stride` floats apart; `weight(tap,
/// filter)` gives the weights.
template <class Weight>
void convolve(const std::vector<Tap>& taps, std::int64_t filters, ConstPlanes x, std::int64_t tap_row_stride,
              Weight weight, Correlation correlation, Planes y) {
  static thread_local Scratch<float> packed;
  static thread_local Scratch<std::int64_t> offsets;
  correlation.taps = std::ssize(taps);
  correlation.filters = filters;
  float* weights = packed.reserve(correlation.taps * filters);
  std::int64_t* offset = offsets.reserve(correlation.taps);
  for (const Tap& tap : taps)
    *offset++ = tap.channel * x.channel_stride + tap.row * tap_row_stride + tap.column * kLanes;
  pack_filters(
      correlation.taps, filters,
      [&](std::int64_t t, std::int64_t f) { return weight(taps[static_cast<std::size_t>(t)], f); }, weights);
  correlation.offsets = offset - correlation.taps;
  correlation.weights = weights;
  correlate(correlation, x, y);
}

template <class T>
BasicPlanes<T> channels_of(BasicPlanes<T> planes, std::int64_t first, std::int64_t count) {
  planes.data += first * planes.channel_stride;
  planes.channels = count;
  return planes;
}

/// Every stride-th row and column, from (row, column) on. Neighbouring columns are then stride * kLanes
/// floats apart, which the view cannot say: the correlation's y_step does.
template <class T>
BasicPlanes<T> phase_of(BasicPlanes<T> planes, std::int64_t stride, std::int64_t row, std::int64_t column) {
  planes.data = planes.at(0, row, column);
  planes.rows = (planes.rows - row + stride - 1) / stride;
  planes.columns = (planes.columns - column + stride - 1) / stride;
  planes.row_stride *= stride;
  return planes;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

}  // namespace

Margins input_margins(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel, std::int64_t pad,
                      std::int64_t stride) noexcept {
  return {pad, std::max<std::int64_t>(0, (outputs - 1) * stride + kernel - pad - inputs)};
}

Margins output_gradient_margins(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
                                std::int64_t pad, std::int64_t stride) noexcept {
  return {(std::max<std::int64_t>(0, kernel - 1 - pad) + stride - 1) / stride,
          std::max<std::int64_t>(0, (inputs - 1 + pad) / stride - (outputs - 1))};
}

void conv2d_forward(const Conv2dShape& shape, ConstPlanes x, const float* weights, const float* bias,
                    bool relu, Planes y) {
  static thread_local std::vector<Tap> taps;
  taps.clear();
  for (std::int64_t k = 0; k < shape.group_inputs(); ++k) {
    for (std::int64_t i = 0; i < shape.kernel_rows; ++i) {
      for (std::int64_t j = 0; j < shape.kernel_columns; ++j)
        taps.push_back({k, i - shape.pad_top, j - shape.pad_left, i, j});
    }
  }
  const std::int64_t filters = shape.group_outputs();
  for (std::int64_t group = 0; group < shape.groups; ++group) {
    ConstPlanes inputs = channels_of(x, group * shape.group_inputs(), shape.group_inputs());
    inputs.row_stride *= shape.stride;  // from window to window; a window's own rows are not that far apart
    const auto weight = [&](const Tap& tap, std::int64_t filter) {
      return weights[position(shape, tap.kernel_row, tap.kernel_column, tap.channel,
                              group * filters + filter)];
    };
    convolve(taps, filters, inputs, x.row_stride, weight,
             {.bias = bias + group * filters,
              .finish = relu ? Finish::relu : Finish::plain,
              .x_step = shape.stride * kLanes},
             channels_of(y, group * filters, filters));
  }
}

void conv2d_backward_input(const Conv2dShape& shape, ConstPlanes dy, const float* weights, ConstPlanes mask,
                           Planes dx) {
  // Pixels of dx whose rows and columns leave the same remainders by the stride are reached by the same taps:
  // each such phase is a correlation of its own, with stride 1 over dy.
  static thread_local std::vector<Tap> taps;
  const std::int64_t stride = shape.stride;
  const std::int64_t inputs = shape.group_inputs();
  const std::int64_t outputs = shape.group_outputs();
  for (std::int64_t row = 0; row < std::min(stride, dx.rows); ++row) {
    for (std::int64_t column = 0; column < std::min(stride, dx.columns); ++column) {
      taps.clear();
      for (std::int64_t f = 0; f < outputs; ++f) {
        for (std::int64_t i = shape.kernel_rows - 1; i >= 0; --i) {
          if ((row + shape.pad_top - i) % stride != 0) continue;
          for (std::int64_t j = shape.kernel_columns - 1; j >= 0; --j) {
            if ((column + shape.pad_left - j) % stride != 0) continue;
            taps.push_back({f, floor_divide(row + shape.pad_top - i, stride),
                            floor_divide(column + shape.pad_left - j, stride), i, j});
          }
        }
      }
      for (std::int64_t group = 0; group < shape.groups; ++group) {
        const auto weight = [&](const Tap& tap, std::int64_t in) {
          return weights[position(shape, tap.kernel_row, tap.kernel_column, in,
                                  group * outputs + tap.channel)];
        };
        const bool masked = mask.data != nullptr;
        const ConstPlanes passing =
            masked ? phase_of(channels_of(mask, group * inputs, inputs), stride, row, column) : ConstPlanes{};
        convolve(
            taps, inputs, channels_of(dy, group * outputs, outputs), dy.row_stride, weight,
            {.finish = masked ? Finish::mask : Finish::plain, .mask = passing, .y_step = stride * kLanes},
            phase_of(channels_of(dx, group * inputs, inputs), stride, row, column));
      }
    }
  }
}

}  // namespace jetrain::kernels

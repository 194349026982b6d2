// Plain loops in double; the truth that the fast kernels are tested against.
#include <vector>

#include "kernels/conv2d.hpp"

namespace jetrain::kernels::reference {
namespace {

std::int64_t position(const Conv2dShape& shape, std::int64_t i, std::int64_t j, std::int64_t k,
                      std::int64_t f) {
  return ((i * shape.kernel_columns + j) * shape.group_inputs() + k % shape.group_inputs()) *
             shape.out_channels +
         f;
}

/// Calls term(i, j, k, f) for every weight: row, column, input channel, output channel.
template <class Term>
void for_each_weight(const Conv2dShape& shape, Term term) {
  for (std::int64_t i = 0; i < shape.kernel_rows; ++i) {
    for (std::int64_t j = 0; j < shape.kernel_columns; ++j) {
      for (std::int64_t k = 0; k < shape.in_channels; ++k) {
        for (std::int64_t f = 0; f < shape.out_channels; ++f) {
          if (k / shape.group_inputs() == f / shape.group_outputs()) term(i, j, k, f);
        }
      }
    }
  }
}

/// Calls visit(row, column, lane) for every position of a plane.
template <class Visit>
void for_each_position(ConstPlanes planes, Visit visit) {
  for (std::int64_t r = 0; r < planes.rows; ++r) {
    for (std::int64_t c = 0; c < planes.columns; ++c) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane) visit(r, c, lane);
    }
  }
}

}  // namespace

void conv2d_forward(const Conv2dShape& shape, ConstPlanes x, const float* weights, const float* bias,
                    bool relu, Planes y) {
  for_each_position(y, [&](std::int64_t r, std::int64_t c, std::int64_t lane) {
    std::vector<double> sums(bias, bias + shape.out_channels);
    for_each_weight(shape, [&](std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t f) {
      const double input =
          x.at(k, r * shape.stride + i - shape.pad_top, c * shape.stride + j - shape.pad_left)[lane];
      sums[static_cast<std::size_t>(f)] += input * weights[position(shape, i, j, k, f)];
    });
    for (std::int64_t f = 0; f < shape.out_channels; ++f) {
      const double sum = sums[static_cast<std::size_t>(f)];
      y.at(f, r, c)[lane] = static_cast<float>(relu && sum < 0 ? 0 : sum);
    }
  });
}

void conv2d_backward_input(const Conv2dShape& shape, ConstPlanes dy, const float* weights, ConstPlanes mask,
                           Planes dx) {
  for_each_position(dx, [&](std::int64_t r, std::int64_t c, std::int64_t lane) {
    std::vector<double> sums(static_cast<std::size_t>(shape.in_channels));
    for_each_weight(shape, [&](std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t f) {
      const std::int64_t row = r - i + shape.pad_top;
      const std::int64_t column = c - j + shape.pad_left;
      if (row % shape.stride != 0 || column % shape.stride != 0) return;
      const double gradient = dy.at(f, row / shape.stride, column / shape.stride)[lane];
      sums[static_cast<std::size_t>(k)] += gradient * weights[position(shape, i, j, k, f)];
    });
    for (std::int64_t k = 0; k < shape.in_channels; ++k) {
      const bool passes = mask.data == nullptr || mask.at(k, r, c)[lane] > 0;
      dx.at(k, r, c)[lane] = passes ? static_cast<float>(sums[static_cast<std::size_t>(k)]) : 0.0F;
    }
  });
}

void conv2d_backward_weights(const Conv2dShape& shape, ConstPlanes x, ConstPlanes dy, float* dweights,
                             float* dbias) {
  for_each_weight(shape, [&](std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t f) {
    double sum = 0;
    for_each_position(dy, [&](std::int64_t r, std::int64_t c, std::int64_t lane) {
      const double input =
          x.at(k, r * shape.stride + i - shape.pad_top, c * shape.stride + j - shape.pad_left)[lane];
      sum += input * dy.at(f, r, c)[lane];
    });
    dweights[position(shape, i, j, k, f)] = static_cast<float>(sum);
  });
  for (std::int64_t f = 0; f < shape.out_channels; ++f) {
    double sum = 0;
    for_each_position(
        dy, [&](std::int64_t r, std::int64_t c, std::int64_t lane) { sum += dy.at(f, r, c)[lane]; });
    dbias[f] = static_cast<float>(sum);
  }
}

}  // namespace jetrain::kernels::reference

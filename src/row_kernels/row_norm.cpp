#include "row_kernels/row_norm.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "kernels/multiply_add.hpp"
#include "kernels/scratch.hpp"
#include "row_kernels/channel_sums.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels {
namespace {

/// Memory of one thread for the length of a call.
float* scratch(std::int64_t floats) {
  thread_local Scratch<float> memory;
  return memory.reserve(floats);
}

/// Parameters of channels, or zeros, with padding of zeros.
void pad(const float* values, std::int64_t channels, float* padded) {
  std::fill_n(padded, padded_channels(channels), 0.0F);
  if (values != nullptr) std::copy_n(values, channels, padded);
}

/// Rows side by side, so that no sum waits for the one before.
constexpr int kRows = kManyRegisters ? 4 : 2;

/// Calls block(row, the number of rows as a constant) for all rows.
template <class Block>
void for_each_block(std::int64_t rows, const Block& block) {
  std::int64_t row = 0;
  for (; rows - row >= kRows; row += kRows) block(row, std::integral_constant<int, kRows>{});
  for (; row < rows; ++row) block(row, std::integral_constant<int, 1>{});
}

template <bool kCentred, int kCount>
void forward(const Channels& channels, ConstRows x, std::int64_t row, float epsilon, const float* gammas,
             const float* betas, float* kept, Rows y) {
  const float count = static_cast<float>(x.channels);
  const float* from = x.row(row);
  const std::int64_t stride = x.stride();
  ChannelSum sums[kCount];
  ChannelSum squares[kCount];
  float mean[kCount] = {};
  float inverse[kCount];
  if constexpr (kCentred) {
    channels.for_each([&](std::int64_t at, int part, auto real) {
      for (int i = 0; i < kCount; ++i) sums[i].parts[part] += real(load(from + i * stride + at));
    });
    for (int i = 0; i < kCount; ++i) mean[i] = sums[i].total() / count;
  }
  channels.for_each([&](std::int64_t at, int part, auto real) {
    for (int i = 0; i < kCount; ++i) {
      const Vector distance = real(load(from + i * stride + at) - mean[i]);
      squares[i].parts[part] = multiply_add(distance, distance, squares[i].parts[part]);
    }
  });
  for (int i = 0; i < kCount; ++i) {
    inverse[i] = 1.0F / std::sqrt(squares[i].total() / count + epsilon);
    kept[2 * (row + i)] = mean[i];
    kept[2 * (row + i) + 1] = inverse[i];
  }
  channels.for_each([&](std::int64_t at, int, auto real) {
    const Vector gamma = load(gammas + at);
    const Vector beta = load(betas + at);
    for (int i = 0; i < kCount; ++i) {
      const Vector normal = (load(from + i * stride + at) - mean[i]) * inverse[i];
      store(y.row(row + i) + at, real(multiply_add(normal, gamma, beta)));
    }
  });
}

template <bool kCentred>
void forward(ConstRows x, float epsilon, const float* gamma, const float* beta, float* kept, Rows y) {
  const Channels channels(x.channels);
  float* gammas = scratch(2 * x.stride());
  float* betas = gammas + x.stride();
  pad(gamma, x.channels, gammas);
  pad(beta, x.channels, betas);
  for_each_block(x.rows, [&](std::int64_t row, auto count) {
    forward<kCentred, decltype(count)::value>(channels, x, row, epsilon, gammas, betas, kept, y);
  });
}

template <bool kCentred, int kCount>
void backward_input(const Channels& channels, ConstRows x, ConstRows dy, std::int64_t row,
                    const float* gammas, const float* kept, Rows dx) {
  const float count = static_cast<float>(x.channels);
  const std::int64_t stride = x.stride();
  const float* from = x.row(row);
  const float* gradients = dy.row(row);
  float mean[kCount];
  float inverse[kCount];
  for (int i = 0; i < kCount; ++i) {
    mean[i] = kept[2 * (row + i)];
    inverse[i] = kept[2 * (row + i) + 1];
  }
  ChannelSum sums[kCount];
  ChannelSum products[kCount];
  channels.for_each([&](std::int64_t at, int part, auto real) {
    const Vector gamma = load(gammas + at);
    for (int i = 0; i < kCount; ++i) {
      const Vector gradient = real(load(gradients + i * stride + at) * gamma);
      const Vector normal = real((load(from + i * stride + at) - mean[i]) * inverse[i]);
      if constexpr (kCentred) sums[i].parts[part] += gradient;
      products[i].parts[part] = multiply_add(gradient, normal, products[i].parts[part]);
    }
  });
  float mean_gradient[kCount];
  float mean_product[kCount];
  for (int i = 0; i < kCount; ++i) {
    mean_gradient[i] = kCentred ? sums[i].total() / count : 0.0F;
    mean_product[i] = products[i].total() / count;
  }
  channels.for_each([&](std::int64_t at, int, auto real) {
    const Vector gamma = load(gammas + at);
    for (int i = 0; i < kCount; ++i) {
      const Vector gradient = load(gradients + i * stride + at) * gamma - mean_gradient[i];
      const Vector normal = (load(from + i * stride + at) - mean[i]) * inverse[i];
      const Vector difference = negative_multiply_add(normal, broadcast(mean_product[i]), gradient);
      store(dx.row(row + i) + at, real(difference * inverse[i]));
    }
  });
}

template <bool kCentred>
void backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx) {
  const Channels channels(x.channels);
  float* gammas = scratch(x.stride());
  pad(gamma, x.channels, gammas);
  for_each_block(x.rows, [&](std::int64_t row, auto count) {
    backward_input<kCentred, decltype(count)::value>(channels, x, dy, row, gammas, kept, dx);
  });
}

void backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma, float* dbeta) {
  const std::int64_t width = x.stride();
  float* products = scratch(2 * width);
  float* sums = products + width;
  std::fill_n(products, 2 * width, 0.0F);
  sum_over_rows<2>(x.rows, width, {products, sums},
                   [=](std::int64_t row, std::int64_t at, std::array<Vector, 2>& pass) {
                     const Vector gradient = load(dy.row(row) + at);
                     const Vector normal = (load(x.row(row) + at) - kept[2 * row]) * kept[2 * row + 1];
                     pass[0] = multiply_add(gradient, normal, pass[0]);
                     pass[1] += gradient;
                   });
  std::copy_n(products, x.channels, dgamma);
  if (dbeta != nullptr) std::copy_n(sums, x.channels, dbeta);
}

}  // namespace

void layer_norm_forward(ConstRows x, float epsilon, const float* gamma, const float* beta, float* kept,
                        Rows y) {
  forward<true>(x, epsilon, gamma, beta, kept, y);
}

void layer_norm_backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx) {
  backward_input<true>(x, dy, gamma, kept, dx);
}

void layer_norm_backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma,
                                    float* dbeta) {
  backward_parameters(x, dy, kept, dgamma, dbeta);
}

void rms_norm_forward(ConstRows x, float epsilon, const float* gamma, float* kept, Rows y) {
  forward<false>(x, epsilon, gamma, nullptr, kept, y);
}

void rms_norm_backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx) {
  backward_input<false>(x, dy, gamma, kept, dx);
}

void rms_norm_backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma) {
  backward_parameters(x, dy, kept, dgamma, nullptr);
}

}  // namespace jetrain::kernels

#include "optim/orthogonalize.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "row_kernels/product_backend.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain {
namespace {

constexpr float kLinear = 3.4445F;
constexpr float kCubic = -4.7750F;
constexpr float kQuintic = 2.0315F;

std::size_t padded_size(std::int64_t rows, std::int64_t columns) {
  return static_cast<std::size_t>(padded_channels(rows) * padded_channels(columns));
}

/// In double, row after row; of a matrix whose squares are beyond double there is no use in any case.
double norm_of(const float* matrix, std::int64_t rows, std::int64_t columns) {
  double sum = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    double of_row = 0;
    for (std::int64_t c = 0; c < columns; ++c) {
      const auto value = static_cast<double>(matrix[r * columns + c]);
      of_row += value * value;
    }
    sum += of_row;
  }
  return std::sqrt(sum);
}

}  // namespace

Orthogonalizer::Orthogonalizer(std::int64_t longest, std::int64_t shortest)
    : x_(padded_size(shortest, longest)),
      next_(padded_size(shortest, longest)),
      gram_(padded_size(shortest, shortest)),
      square_(padded_size(shortest, shortest)),
      packed_(static_cast<std::size_t>(
          std::max(kernels::packed_floats({padded_channels(longest), padded_channels(shortest)}),
                   kernels::packed_floats({padded_channels(shortest), padded_channels(longest)})))) {}

void Orthogonalizer::run(float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t iterations) {
  const double norm = norm_of(matrix, rows, columns);
  if (!(norm > 0)) return;
  const bool turned = rows > columns;
  const std::int64_t height = turned ? columns : rows;
  const std::int64_t width = turned ? rows : columns;
  const std::int64_t stride = padded_channels(width);
  const auto place = [&](std::int64_t r, std::int64_t c) { return turned ? c * stride + r : r * stride + c; };
  std::fill_n(x_.data(), padded_size(height, width), 0.0F);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c)
      x_.data()[place(r, c)] = static_cast<float>(static_cast<double>(matrix[r * columns + c]) / norm);
  }
  for (std::int64_t i = 0; i < iterations; ++i) iterate(padded_channels(height), stride);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) matrix[r * columns + c] = x_.data()[place(r, c)];
  }
}

/// Of X (rows, columns), both whole vectors; padding is zero, and stays so.
void Orthogonalizer::iterate(std::int64_t rows, std::int64_t columns) {
  const kernels::ProductBackend& products = kernels::own_products;
  const Rows x{x_.data(), rows, columns};
  const Rows gram{gram_.data(), rows, rows};
  const Rows square{square_.data(), rows, rows};
  const Rows next{next_.data(), rows, columns};
  products.pack_transposed({rows, columns}, x.data, packed_.data());
  products.multiply(x, packed_.data(), {}, gram);
  products.pack_weights({rows, rows}, gram.data, packed_.data());
  products.multiply(gram, packed_.data(), {}, square);
  for (std::int64_t i = 0; i < rows * rows; ++i)
    square.data[i] = kCubic * gram.data[i] + kQuintic * square.data[i];
  for (std::int64_t i = 0; i < rows * columns; ++i) next.data[i] = kLinear * x.data[i];
  products.pack_weights({rows, columns}, x.data, packed_.data());
  products.multiply(square, packed_.data(), {.accumulate = true}, next);
  std::swap(x_, next_);
}

}  // namespace jetrain

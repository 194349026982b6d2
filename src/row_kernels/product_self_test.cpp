#include "row_kernels/product_self_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <random>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "row_kernels/survives.hpp"

namespace jetrain::kernels {
namespace {

struct Case {
  std::int64_t rows;
  ProductShape shape;
};

/// The first ones find out most: a wrong order shows at once.
std::vector<Case> cases() {
  std::vector<Case> cases;
  for (const ProductShape shape : {ProductShape{100, 33}, {256, 64}, {7, 100}, {16, 16}}) {
    for (std::int64_t rows = 1; rows <= 100; ++rows) cases.push_back({rows, shape});
  }
  for (const std::int64_t inputs : {1, 2, 3, 4, 5, 8, 15, 31, 32, 50, 72, 127, 192, 255, 257, 300, 512}) {
    for (const std::int64_t outputs : {1, 20, 48, 70, 96, 128})
      cases.push_back({(inputs * 7 + outputs) % 61 + 1, {inputs, outputs}});
  }
  for (const std::int64_t outputs : {256, 400, 1024}) cases.push_back({50, {33, outputs}});
  for (const std::int64_t rows : {255, 256, 257, 513, 790, 1500}) cases.push_back({rows, {40, 30}});
  cases.push_back({40, {1024, 16}});
  cases.push_back({5647, {8, 16}});
  cases.push_back({51'193, {3, 4}});
  return cases;
}

using Buffer = AlignedBuffer<float>;

constexpr std::int64_t kMostFloats = 52'000 * kLanes;

/// Between -2 and 2 with 24 bits, and among them zeros below zero and numbers whose products underflow.
Buffer ordinary_numbers() {
  Buffer numbers(kMostFloats);
  std::mt19937 engine(256);
  for (float& value : numbers.span())
    value = static_cast<float>(static_cast<std::int32_t>(engine())) * 0x1p-30F;
  for (std::size_t i = 0; i < numbers.size(); i += 251) numbers[i] = i % 2 == 0 ? -0.0F : -0x1p-126F;
  return numbers;
}

/// The same with what overflows, and what is no number, here and there.
Buffer special_numbers() {
  using Limits = std::numeric_limits<float>;
  constexpr float kSpecial[] = {Limits::quiet_NaN(), 1e38F, Limits::infinity(), Limits::denorm_min(),
                                -Limits::infinity()};
  Buffer numbers = ordinary_numbers();
  std::size_t next = 0;
  for (std::size_t i = 37; i < numbers.size(); i += 1'021)
    numbers[i] = kSpecial[next++ % std::size(kSpecial)];
  return numbers;
}

bool equal(const float* a, const float* b, std::int64_t count) {
  if (std::memcmp(a, b, static_cast<std::size_t>(count) * sizeof(float)) == 0) return true;
  for (std::int64_t i = 0; i < count; ++i) {
    if (std::memcmp(a + i, b + i, sizeof(float)) != 0 && !(std::isnan(a[i]) && std::isnan(b[i])))
      return false;
  }
  return true;
}

class Comparison {
 public:
  std::string run(const ProductBackend& theirs) {
    for (const Case& c : cases()) {
      std::string difference = compare(theirs, c, ordinary_);
      if (difference.empty() && c.rows % 4 == 0) difference = compare(theirs, c, special_);
      if (!difference.empty()) return difference;
    }
    return {};
  }

 private:
  std::string compare(const ProductBackend& theirs, const Case& c, const Buffer& numbers) {
    const auto& [inputs, outputs] = c.shape;
    const std::int64_t stride = padded_channels(outputs);
    const ConstRows x{numbers.data() + 3 * kLanes, c.rows, inputs};
    const ConstRows dy{ordinary_.data() + 8 * kLanes, c.rows, outputs};
    const float* weights = ordinary_.data() + 5;
    own_products.pack_weights(c.shape, weights, packed_.data());
    own_products.multiply(x, packed_.data(), {}, {ours_.data(), c.rows, outputs});
    std::fill_n(theirs_.data(), c.rows * stride, std::numeric_limits<float>::quiet_NaN());  // not to be read
    theirs.pack_weights(c.shape, weights, packed_.data());
    theirs.multiply(x, packed_.data(), {}, {theirs_.data(), c.rows, outputs});
    if (!equal(ours_.data(), theirs_.data(), c.rows * stride)) {
      return fmt::format("A B of {} x {} x {}", c.rows, inputs, outputs);
    }
    own_products.multiply_transposed(x, dy, ours_.data(), nullptr);
    theirs.multiply_transposed(x, dy, theirs_.data(), nullptr);
    for (std::int64_t i = 0; i < inputs; ++i) {
      if (!equal(ours_.data() + i * stride, theirs_.data() + i * stride, outputs)) {
        return fmt::format("X^T Y of {} x {} x {}", c.rows, inputs, outputs);
      }
    }
    return {};
  }

  Buffer ordinary_ = ordinary_numbers();
  Buffer special_ = special_numbers();
  Buffer packed_{kMostFloats};
  Buffer ours_{kMostFloats};
  Buffer theirs_{kMostFloats};
};

}  // namespace

std::string failing_product(const ProductBackend& theirs) {
  std::string product;
  if (!survives([&] { product = Comparison().run(theirs); })) return "crashes";
  return product.empty() ? "" : fmt::format("gives other bits ({})", product);
}

}  // namespace jetrain::kernels

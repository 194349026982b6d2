#include "row_kernels/product.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "row_kernels/openblas.hpp"
#include "row_kernels/product_backend.hpp"
#include "row_kernels/product_self_test.hpp"
#include "row_matrix.hpp"

namespace jetrain::kernels {

void PrintTo(const ProductShape& shape, std::ostream* out) {
  *out << shape.inputs << " inputs, " << shape.outputs << " outputs";
}

namespace {

/// How many of the first `channels` of each row differ in a bit; any NaN is like any other.
std::int64_t differing(ConstRows a, ConstRows b, std::int64_t channels) {
  std::int64_t count = 0;
  for (std::int64_t r = 0; r < a.rows; ++r) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const float x = a.row(r)[c];
      const float y = b.row(r)[c];
      count += !same_bits(x, y) && (x == x || y == y) ? 1 : 0;
    }
  }
  return count;
}

AlignedBuffer<float> buffer(std::int64_t floats) {
  return AlignedBuffer<float>(static_cast<std::size_t>(floats));
}

/// A term of a sum of numbers about 1 adds less than this to the error.
constexpr double kRounding = 1e-6;

/// Shapes about each border: of vectors, of blocks in registers, of passes.
class Products : public testing::TestWithParam<ProductShape> {
 protected:
  /// Calls with every number of rows of interest.
  template <class Check>
  void for_rows(Check check) const {
    for (std::int64_t rows = 0; rows <= 40; ++rows) check(rows);
    for (const std::int64_t rows : {255, 256, 257, 700}) check(rows);
  }

  /// Sums of so many terms; tolerance 0: each bit.
  void expect_equal(ConstRows values, ConstRows expected, std::int64_t channels, std::int64_t terms,
                    double tolerance) {
    if (tolerance == 0) {
      EXPECT_EQ(differing(values, expected, channels), 0);
    } else {
      EXPECT_LT(largest_difference(values, expected, channels),
                tolerance * (static_cast<double>(terms) + 16));
    }
  }

  void check_multiply(const ProductBackend& backend, double tolerance) {
    const float* weights = weights_.data() + 1;  // the parameter arena aligns nothing
    AlignedBuffer<float> packed = buffer(packed_floats(shape_));
    backend.pack_weights(shape_, weights, packed.data());
    for_rows([&](std::int64_t rows) {
      SCOPED_TRACE(rows);
      const RowMatrix a(rows, shape_.inputs, engine_);
      const RowMatrix mask(rows, shape_.outputs, engine_);
      const RowMatrix before(rows, shape_.outputs, engine_);
      for (const bool with : {false, true}) {
        const Epilogue epilogue{.bias = with ? bias_.data() + 1 : nullptr,
                                .accumulate = rows % 2 == 1,
                                .rectify = with,
                                .mask = rows % 4 < 2 ? mask.data() : nullptr};
        const RowMatrix c = before.copy();
        const RowMatrix expected = before.copy();
        backend.multiply(a, packed.data(), epilogue, c);
        reference::multiply(a, weights, epilogue, expected);
        expect_equal(c, expected, c.view().stride(), shape_.inputs, tolerance);
      }
    });
  }

  void check_transposed_weights(const ProductBackend& backend, double tolerance) {
    const float* weights = weights_.data() + 1;
    std::vector<float> transposed;
    for (std::int64_t o = 0; o < shape_.outputs; ++o) {
      for (std::int64_t i = 0; i < shape_.inputs; ++i) transposed.push_back(weights[i * shape_.outputs + o]);
    }
    AlignedBuffer<float> packed = buffer(packed_floats(shape_.transposed()));
    backend.pack_transposed(shape_, weights, packed.data());
    const RowMatrix dy(37, shape_.outputs, engine_);
    const RowMatrix dx(37, shape_.inputs, engine_);
    const RowMatrix expected(37, shape_.inputs, engine_);
    backend.multiply(dy, packed.data(), {}, dx);
    reference::multiply(dy, transposed.data(), {}, expected);
    expect_equal(dx, expected, dx.view().stride(), shape_.outputs, tolerance);
  }

  void check_multiply_transposed(const ProductBackend& backend, double tolerance) {
    for_rows([&](std::int64_t rows) {
      SCOPED_TRACE(rows);
      const RowMatrix x(rows, shape_.inputs, engine_);
      const RowMatrix dy(rows, shape_.outputs, engine_);
      const RowMatrix dweights(shape_.inputs, shape_.outputs, engine_);
      const RowMatrix expected(shape_.inputs, shape_.outputs, engine_);
      const RowMatrix dbias(1, shape_.outputs, engine_);
      const RowMatrix expected_dbias(1, shape_.outputs, engine_);
      backend.multiply_transposed(x, dy, dweights.data(), dbias.data());
      reference::multiply_transposed(x, dy, expected.data(), expected_dbias.data());
      expect_equal(dweights, expected, shape_.outputs, rows, tolerance);
      expect_equal(dbias, expected_dbias, shape_.outputs, rows, 0);
      column_sums(dy, dbias.data());
      expect_equal(dbias, expected_dbias, shape_.outputs, rows, 0);
    });
  }

  std::mt19937 engine_{11};
  ProductShape shape_ = GetParam();
  RowMatrix weights_{1, shape_.inputs* shape_.outputs + 1, engine_};
  RowMatrix bias_{1, shape_.outputs + 1, engine_};
};

TEST_P(Products, EqualTheReferenceBitForBit) {
  check_multiply(own_products, 0);
}

TEST_P(Products, WithTransposedWeightsEqualTheReferenceBitForBit) {
  check_transposed_weights(own_products, 0);
}

TEST_P(Products, OfTransposedRowsEqualTheReferenceBitForBit) {
  check_multiply_transposed(own_products, 0);
}

/// As OpenBLAS is installed, with the kernels that it chooses. Where JETRAIN_PRODUCTS=openblas, it must be
/// there and give the same bits.
class OpenblasProducts : public Products {
 protected:
  static bool is_wished_for() {
    const char* wish = std::getenv("JETRAIN_PRODUCTS");
    return wish != nullptr && std::string_view(wish) == "openblas";
  }
};

TEST_P(OpenblasProducts, EqualTheReferenceToRounding) {
  if (openblas().sgemm == nullptr && !is_wished_for()) GTEST_SKIP() << openblas().missing;
  ASSERT_NE(openblas().sgemm, nullptr) << openblas().missing;
  check_multiply(openblas_products, kRounding);
  check_transposed_weights(openblas_products, kRounding);
  check_multiply_transposed(openblas_products, kRounding);
}

TEST_P(OpenblasProducts, EqualTheReferenceBitForBitWhereTheSelfTestFoundThemTo) {
  static const std::string failing =
      openblas().sgemm == nullptr ? openblas().missing : failing_product(openblas_products);
  if (!failing.empty() && !is_wished_for()) GTEST_SKIP() << openblas().name << " " << failing;
  ASSERT_EQ(failing, "");
  check_multiply(openblas_products, 0);
  check_transposed_weights(openblas_products, 0);
  check_multiply_transposed(openblas_products, 0);
}

TEST_P(Products, KeepNansInfinitiesAndTinyNumbersInTheirRows) {
  using Limits = std::numeric_limits<float>;
  const float special[] = {
      Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), -0.0F, -Limits::min(), 1e-38F, -1e38F};
  const std::int64_t rows = 29;
  RowMatrix a(rows, shape_.inputs, engine_);
  for (std::int64_t r = 0; r < rows; r += 2) {
    a.at(r, r % shape_.inputs) = special[static_cast<std::size_t>(r) / 2 % std::size(special)];
  }
  weights_.at(0, 1) = -Limits::min();
  AlignedBuffer<float> packed = buffer(packed_floats(shape_));
  own_products.pack_weights(shape_, weights_.data() + 1, packed.data());
  const RowMatrix c(rows, shape_.outputs, engine_);
  const RowMatrix expected(rows, shape_.outputs, engine_);
  own_products.multiply(a, packed.data(), {.rectify = true}, c);
  reference::multiply(a, weights_.data() + 1, {.rectify = true}, expected);
  EXPECT_EQ(differing(c, expected, shape_.outputs), 0);
  for (std::int64_t o = 0; o < shape_.outputs; ++o) {
    EXPECT_TRUE(std::isnan(c.at(0, o)));
    EXPECT_FALSE(std::isnan(c.at(1, o)));
  }
}

std::vector<ProductShape> shapes() {
  std::vector<ProductShape> shapes;
  for (const std::int64_t inputs : {1, 2, 3, 4, 5, 16, 33}) {
    for (const std::int64_t outputs : {1, 2, 4, 15, 16, 17, 32, 33, 48, 64, 70}) {
      shapes.push_back({inputs, outputs});
    }
  }
  for (const std::int64_t inputs : {255, 256, 257, 513}) {
    for (const std::int64_t outputs : {1, 16, 33}) shapes.push_back({inputs, outputs});
  }
  for (const std::int64_t outputs : {100, 128, 145}) shapes.push_back({7, outputs});
  return shapes;
}

std::string name_of(const testing::TestParamInfo<ProductShape>& shape) {
  return std::to_string(shape.param.inputs) + "x" + std::to_string(shape.param.outputs);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Products, testing::ValuesIn(shapes()), name_of);
INSTANTIATE_TEST_SUITE_P(Shapes, OpenblasProducts, testing::ValuesIn(shapes()), name_of);

TEST(Product, IsTheSumOfPassesOf256Terms) {
  // From zero, 1 and then terms of a quarter of its last place: they count only where 1 is not in their pass.
  const std::int64_t inputs = 512;
  std::mt19937 engine;
  RowMatrix a(1, inputs, engine);
  std::vector<float> weights(static_cast<std::size_t>(inputs), 0x1p-25F);
  for (std::int64_t i = 0; i < inputs; ++i) a.at(0, i) = 1.0F;
  weights[0] = 1.0F;
  AlignedBuffer<float> packed = buffer(packed_floats({inputs, 1}));
  own_products.pack_weights({inputs, 1}, weights.data(), packed.data());
  AlignedBuffer<float> c = buffer(kLanes);
  own_products.multiply(a, packed.data(), {}, {c.data(), 1, 1});
  EXPECT_EQ(c[0], 1.0F + 256 * 0x1p-25F);
}

TEST(Product, ThatUnderflowsIsZeroAndNotMinusZero) {
  const float weight = -1e-30F;
  const float bias = -0.0F;
  AlignedBuffer<float> a = buffer(kLanes);
  AlignedBuffer<float> c = buffer(kLanes);
  AlignedBuffer<float> packed = buffer(packed_floats({1, 1}));
  a[0] = 1e-30F;
  own_products.pack_weights({1, 1}, &weight, packed.data());
  own_products.multiply({a.data(), 1, 1}, packed.data(), {.bias = &bias}, {c.data(), 1, 1});
  EXPECT_FALSE(std::signbit(c[0]));
  reference::multiply({a.data(), 1, 1}, &weight, {.bias = &bias}, {c.data(), 1, 1});
  EXPECT_FALSE(std::signbit(c[0]));
}

TEST(Product, OfARowIsTheSameWhateverStandsBesideIt) {
  std::mt19937 engine(5);
  const ProductShape shape{100, 70};
  const RowMatrix weights(1, shape.inputs * shape.outputs, engine);
  const RowMatrix all(300, shape.inputs, engine);
  AlignedBuffer<float> packed = buffer(packed_floats(shape));
  pack_weights(shape, weights.data(), packed.data());
  const RowMatrix together(300, shape.outputs, engine);
  const RowMatrix alone(300, shape.outputs, engine);
  multiply(all, packed.data(), {}, together);
  for (std::int64_t r = 0; r < 300; ++r) {
    multiply({all.view().row(r), 1, shape.inputs}, packed.data(), {},
             {alone.view().row(r), 1, shape.outputs});
  }
  EXPECT_EQ(differing(together, alone, alone.view().stride()), 0);
}

}  // namespace
}  // namespace jetrain::kernels

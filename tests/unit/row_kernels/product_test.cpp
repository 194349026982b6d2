#include "row_kernels/product.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "row_kernels/own_product.hpp"
#include "rows.hpp"

namespace jetrain::kernels {
namespace {

using test::differing;
using test::RandomRows;

AlignedBuffer<float> buffer(std::int64_t floats) {
  return AlignedBuffer<float>(static_cast<std::size_t>(floats));
}

/// Shapes about each border: of vectors, of blocks in registers, of passes.
class Products : public testing::TestWithParam<ProductShape> {
 protected:
  /// Calls with every number of rows of interest.
  template <class Check>
  void for_rows(Check check) const {
    for (std::int64_t rows = 0; rows <= 40; ++rows) check(rows);
    for (const std::int64_t rows : {255, 256, 257, 700}) check(rows);
  }

  std::mt19937 engine_{11};
  ProductShape shape_ = GetParam();
  RandomRows weights_{1, shape_.inputs* shape_.outputs + 1, engine_};
  RandomRows bias_{1, shape_.outputs + 1, engine_};
};

TEST_P(Products, EqualTheReferenceBitForBit) {
  const float* weights = weights_.data() + 1;  // the parameter arena aligns nothing
  AlignedBuffer<float> packed = buffer(packed_floats(shape_));
  own::pack_weights(shape_, weights, packed.data());
  for_rows([&](std::int64_t rows) {
    const RandomRows a(rows, shape_.inputs, engine_);
    const RandomRows mask(rows, shape_.outputs, engine_);
    const RandomRows before(rows, shape_.outputs, engine_);
    for (const bool with : {false, true}) {
      const Epilogue epilogue{.bias = with ? bias_.data() + 1 : nullptr,
                              .accumulate = rows % 2 == 1,
                              .rectify = with,
                              .mask = rows % 4 < 2 ? mask.data() : nullptr};
      RandomRows c = before.copy();
      RandomRows expected = before.copy();
      own::multiply(a.rows(), packed.data(), epilogue, c.rows());
      reference::multiply(a.rows(), weights, epilogue, expected.rows());
      EXPECT_EQ(differing(c.rows(), expected.rows(), c.rows().stride()), 0) << rows << " rows, " << with;
    }
  });
}

TEST_P(Products, WithTransposedWeightsEqualTheReferenceBitForBit) {
  const float* weights = weights_.data() + 1;
  std::vector<float> transposed;
  for (std::int64_t o = 0; o < shape_.outputs; ++o) {
    for (std::int64_t i = 0; i < shape_.inputs; ++i) transposed.push_back(weights[i * shape_.outputs + o]);
  }
  AlignedBuffer<float> packed = buffer(packed_floats(shape_.transposed()));
  own::pack_transposed(shape_, weights, packed.data());
  const RandomRows dy(37, shape_.outputs, engine_);
  const RandomRows dx(37, shape_.inputs, engine_);
  const RandomRows expected(37, shape_.inputs, engine_);
  own::multiply(dy.rows(), packed.data(), {}, dx.rows());
  reference::multiply(dy.rows(), transposed.data(), {}, expected.rows());
  EXPECT_EQ(differing(dx.rows(), expected.rows(), dx.rows().stride()), 0);
}

TEST_P(Products, OfTransposedRowsEqualTheReferenceBitForBit) {
  for_rows([&](std::int64_t rows) {
    const RandomRows x(rows, shape_.inputs, engine_);
    const RandomRows dy(rows, shape_.outputs, engine_);
    const RandomRows dweights(shape_.inputs, shape_.outputs, engine_);
    const RandomRows expected(shape_.inputs, shape_.outputs, engine_);
    const RandomRows dbias(1, shape_.outputs, engine_);
    const RandomRows expected_dbias(1, shape_.outputs, engine_);
    own::multiply_transposed(x.rows(), dy.rows(), dweights.data(), dbias.data());
    reference::multiply_transposed(x.rows(), dy.rows(), expected.data(), expected_dbias.data());
    EXPECT_EQ(differing(dweights.rows(), expected.rows(), shape_.outputs), 0) << rows << " rows";
    EXPECT_EQ(differing(dbias.rows(), expected_dbias.rows(), shape_.outputs), 0) << rows << " rows";
    column_sums(dy.rows(), dbias.data());
    EXPECT_EQ(differing(dbias.rows(), expected_dbias.rows(), shape_.outputs), 0) << rows << " rows";
  });
}

TEST_P(Products, KeepNansInfinitiesAndTinyNumbersInTheirRows) {
  using Limits = std::numeric_limits<float>;
  const float special[] = {
      Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), -0.0F, -Limits::min(), 1e-38F, -1e38F};
  const std::int64_t rows = 29;
  const RandomRows a(rows, shape_.inputs, engine_);
  for (std::int64_t r = 0; r < rows; r += 2) {
    a.at(r, r % shape_.inputs) = special[static_cast<std::size_t>(r) / 2 % std::size(special)];
  }
  weights_.at(0, 1) = -Limits::min();
  AlignedBuffer<float> packed = buffer(packed_floats(shape_));
  own::pack_weights(shape_, weights_.data() + 1, packed.data());
  const RandomRows c(rows, shape_.outputs, engine_);
  const RandomRows expected(rows, shape_.outputs, engine_);
  own::multiply(a.rows(), packed.data(), {.rectify = true}, c.rows());
  reference::multiply(a.rows(), weights_.data() + 1, {.rectify = true}, expected.rows());
  EXPECT_EQ(differing(c.rows(), expected.rows(), shape_.outputs), 0);
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

TEST(Product, IsTheSumOfPassesOf256Terms) {
  // From zero, 1 and then terms of a quarter of its last place: they count only where 1 is not in their pass.
  const std::int64_t inputs = 512;
  std::mt19937 engine;
  const RandomRows a(1, inputs, engine);
  std::vector<float> weights(static_cast<std::size_t>(inputs), 0x1p-25F);
  for (std::int64_t i = 0; i < inputs; ++i) a.at(0, i) = 1.0F;
  weights[0] = 1.0F;
  AlignedBuffer<float> packed = buffer(packed_floats({inputs, 1}));
  own::pack_weights({inputs, 1}, weights.data(), packed.data());
  AlignedBuffer<float> c = buffer(kLanes);
  own::multiply(a.rows(), packed.data(), {}, {c.data(), 1, 1});
  EXPECT_EQ(c[0], 1.0F + 256 * 0x1p-25F);
}

TEST(Product, OfARowIsTheSameWhateverStandsBesideIt) {
  std::mt19937 engine(5);
  const ProductShape shape{100, 70};
  const RandomRows weights(1, shape.inputs * shape.outputs, engine);
  const RandomRows all(300, shape.inputs, engine);
  AlignedBuffer<float> packed = buffer(packed_floats(shape));
  pack_weights(shape, weights.data(), packed.data());
  const RandomRows together(300, shape.outputs, engine);
  const RandomRows alone(300, shape.outputs, engine);
  multiply(all.rows(), packed.data(), {}, together.rows());
  for (std::int64_t r = 0; r < 300; ++r) {
    multiply({all.rows().row(r), 1, shape.inputs}, packed.data(), {},
             {alone.rows().row(r), 1, shape.outputs});
  }
  EXPECT_EQ(differing(together.rows(), alone.rows(), alone.rows().stride()), 0);
}

}  // namespace
}  // namespace jetrain::kernels

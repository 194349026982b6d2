#include "row_kernels/product_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "jetrain/error.hpp"
#include "row_kernels/openblas.hpp"
#include "row_kernels/product_self_test.hpp"
#include "row_kernels/survives.hpp"

namespace jetrain::kernels {
namespace {

using testing::HasSubstr;

TEST(ProductSelfTest, FindsNothingInTheOwnKernels) {
  EXPECT_EQ(failing_product(own_products), "");
}

TEST(ProductSelfTest, FindsAnotherOrder) {
  ProductBackend other = own_products;
  other.multiply = [](ConstRows a, const float* packed, const Epilogue& epilogue, Rows c) {
    own_products.multiply(a, packed, epilogue, c);
    if (a.rows == 71) c.row(70)[32] *= 1 + 0x1p-23F;  // one place in its last bit, at one number of rows
  };
  EXPECT_THAT(failing_product(other), HasSubstr("gives other bits (A B of 71 x 100 x 33)"));
}

TEST(ProductSelfTest, FindsAnotherOrderOfWeightGradients) {
  ProductBackend other = own_products;
  other.multiply_transposed = [](ConstRows x, ConstRows dy, float* dweights, float* dbias) {
    own_products.multiply_transposed(x, dy, dweights, dbias);
    if (x.rows > kTermsPerPass) dweights[0] *= 1 + 0x1p-23F;
  };
  EXPECT_THAT(failing_product(other), HasSubstr("gives other bits (X^T Y of 257 "));
}

TEST(ProductSelfTest, FindsZerosThatAreNegativeAndNansThatAreLost) {
  ProductBackend negative = own_products;
  negative.multiply = [](ConstRows a, const float* packed, const Epilogue& epilogue, Rows c) {
    own_products.multiply(a, packed, epilogue, c);
    std::replace(c.data, c.data + c.rows * c.stride(), 0.0F, -0.0F);
  };
  EXPECT_THAT(failing_product(negative), HasSubstr("other bits"));
  ProductBackend lost = own_products;
  lost.multiply = [](ConstRows a, const float* packed, const Epilogue& epilogue, Rows c) {
    own_products.multiply(a, packed, epilogue, c);
    std::replace_if(
        c.data, c.data + c.rows * c.stride(), [](float x) { return x != x; }, 0.0F);
  };
  EXPECT_THAT(failing_product(lost), HasSubstr("other bits"));
}

TEST(ProductSelfTest, SurvivesABackendThatCrashes) {
  ProductBackend crashing = own_products;
  crashing.multiply = [](ConstRows, const float*, const Epilogue&, Rows) { std::raise(SIGILL); };
  EXPECT_EQ(failing_product(crashing), "crashes");
}

TEST(Survives, LeavesHandlersAndExceptionsAsTheyWere) {
  struct sigaction before {};
  sigaction(SIGSEGV, nullptr, &before);
  EXPECT_FALSE(survives([] { std::raise(SIGSEGV); }));
  EXPECT_TRUE(survives([] {}));
  EXPECT_THROW(survives([] { throw Error("no"); }), Error);
  struct sigaction after {};
  sigaction(SIGSEGV, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(ProductChoice, IsWhatIsAskedFor) {
  EXPECT_EQ(choose_products("own").backend, &own_products);
  EXPECT_THAT(choose_products("own").words, HasSubstr("own kernels"));
  try {
    choose_products("mkl");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'mkl'"));
  }
}

TEST(ProductChoice, IsOpenblasOnlyWhereItIsThereAndGivesTheSameBits) {
  const bool fits = openblas().sgemm != nullptr && failing_product(openblas_products).empty();
  if (fits) {
    EXPECT_EQ(choose_products("openblas").backend, &openblas_products);
  } else {
    EXPECT_THROW(choose_products("openblas"), Error);
    EXPECT_EQ(choose_products("").backend, &own_products);
  }
  EXPECT_THAT(choose_products("").words, testing::Not(HasSubstr("JETRAIN_PRODUCTS")));
}

}  // namespace
}  // namespace jetrain::kernels

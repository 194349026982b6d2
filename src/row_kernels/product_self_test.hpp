#pragma once

/// \file
/// Does OpenBLAS, as it is installed here and with the kernels that it chose for this processor, give the
/// bits of product.hpp's contract? Nothing that it documents says so, and most of its kernels do not.

#include <string>

#include "row_kernels/product_backend.hpp"

namespace jetrain::kernels {

/// Compares with our own kernels: every number of rows up to 100 and some up to 51,193, inputs and outputs
/// about each border, strides of 4 kB, special values, all products. Takes some 40 ms, less where it fails.
/// Empty where all are equal, else what `theirs` does: "gives other bits (A B of 4 x 100 x 33)", "crashes".
std::string failing_product(const ProductBackend& theirs);

}  // namespace jetrain::kernels

#pragma once

/// \file
/// Who computes the products of product.hpp in this process. Both give the same bits, so each rank may choose
/// for itself.
///
/// Our own kernels are as fast as OpenBLAS or faster on shapes of tagging networks, if they are built for the
/// vectors that the processor has (src/README.md has the figures). So OpenBLAS is looked at only where they
/// are not: where it is there, gives the same bits, and is faster. JETRAIN_PRODUCTS=own or =openblas chooses
/// one.

#include <string>

#include "row_kernels/product_backend.hpp"

namespace jetrain::kernels {

struct ProductChoice {
  const ProductBackend* backend;
  std::string words;  ///< who, and why: "own kernels (AVX-512)"
};

/// As `wish` says ("own", "openblas"; empty: as seems best). Throws UsageError for another wish, and Error
/// where OpenBLAS is wished for and is not there or gives other bits.
ProductChoice choose_products(const std::string& wish);

/// The choice of this process by JETRAIN_PRODUCTS, made at the first call, which takes up to some 30 ms and
/// may throw; before threads are at work. Later calls only give it.
const ProductChoice& products();

/// A line for the start-up table: "products: own kernels (AVX-512)".
std::string products_in_words();

}  // namespace jetrain::kernels

#pragma once

#include <cstdint>

#include "core/aligned_buffer.hpp"

namespace jetrain {

/// Brings the singular values of a matrix near 1 and leaves its singular vectors: the quintic iteration of
/// Newton and Schulz (Jordan et al., kellerjordan.github.io/posts/muon, 2024), from X = M / |M| (Frobenius),
///   A = X X^T,  X <- a X + (b A + c A A) X,  (a, b, c) = (3.4445, -4.7750, 2.0315),
/// on M or its transpose, whichever has fewer rows. These coefficients raise small values fast, and then
/// leave each between 0.7 and 1.2. In float32; products are row_kernels/product.hpp's, whose order of terms
/// is fixed, so that the bits depend on the matrix alone.
class Orthogonalizer {
 public:
  /// With memory for matrices of up to `longest` by `shortest`.
  Orthogonalizer(std::int64_t longest, std::int64_t shortest);

  /// `matrix` (rows, columns), row-major, in place. Zeros stay zeros.
  void run(float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t iterations);

 private:
  void iterate(std::int64_t rows, std::int64_t columns);

  AlignedBuffer<float> x_;       ///< padded to whole vectors both ways
  AlignedBuffer<float> next_;    ///< likewise
  AlignedBuffer<float> gram_;    ///< X X^T
  AlignedBuffer<float> square_;  ///< its square, then the polynomial
  AlignedBuffer<float> packed_;  ///< the right factor of a product
};

}  // namespace jetrain

#pragma once

/// \file
/// The fused multiply-add, said where it is meant: one rounding, on every processor that has it. Where a
/// file is compiled with -ffp-contract=off, as all of row_kernels is, there is no other.

#include "kernels/vector.hpp"

#if defined(__FMA__) || defined(__AVX512F__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace jetrain::kernels {

/// a b + c.
inline Vector multiply_add(Vector a, Vector b, Vector c) noexcept {
#if defined(__AVX512F__)
  return (Vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  return (Vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
  return (Vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}

/// c - a b.
inline Vector negative_multiply_add(Vector a, Vector b, Vector c) noexcept {
  return multiply_add(-a, b, c);
}

inline float multiply_add(float a, float b, float c) noexcept {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}

}  // namespace jetrain::kernels

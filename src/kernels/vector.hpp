#pragma once

/// \file
/// The machine's own vector register, as large as the instruction set has it. The sixteen lanes of a leaf are
/// one such vector or several parts; the arithmetic of a lane is the same in both cases.

#include <cassert>
#include <cstdint>
#include <cstring>

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

#if defined(__AVX512F__)
inline constexpr int kVectorLanes = 16;
inline constexpr int kVectorRegisters = 32;
#elif defined(__AVX__)
inline constexpr int kVectorLanes = 8;
inline constexpr int kVectorRegisters = 16;
#else
inline constexpr int kVectorLanes = 4;
#if defined(__aarch64__)
inline constexpr int kVectorRegisters = 32;
#else
inline constexpr int kVectorRegisters = 16;
#endif
#endif

/// Blocks of sums may be this much larger where there are 32 registers.
inline constexpr bool kManyRegisters = kVectorRegisters >= 32;

using Vector = float __attribute__((vector_size(4 * kVectorLanes)));

/// The same for views of memory: may alias floats.
using VectorInMemory = float __attribute__((vector_size(4 * kVectorLanes), may_alias));

inline bool is_aligned(const float* memory) noexcept {
  return reinterpret_cast<std::uintptr_t>(memory) % alignof(VectorInMemory) == 0;
}

inline Vector load(const float* from) noexcept {
  assert(is_aligned(from));
  return *reinterpret_cast<const VectorInMemory*>(from);
}

inline void store(float* to, Vector value) noexcept {
  assert(is_aligned(to));
  *reinterpret_cast<VectorInMemory*>(to) = value;
}

inline Vector broadcast(float value) noexcept {
  return value - Vector{};
}

/// The same value, but held in a register: GCC would rather read memory again for each use of a load, and
/// kernels at the limit of the multiply-add units have no loads to spare.
inline Vector in_register(Vector value) noexcept {
#if defined(__x86_64__)
  asm("" : "+v"(value));
#elif defined(__aarch64__)
  asm("" : "+w"(value));
#endif
  return value;
}

/// max(x, 0), but NaN stays NaN: a diverged network must be seen in its loss.
inline Vector relu(Vector x) noexcept {
  return Vector{} > x ? Vector{} : x;
}

/// value where mask > 0, else 0.
inline Vector where_positive(Vector mask, Vector value) noexcept {
  return mask > Vector{} ? value : Vector{};
}

}  // namespace jetrain::kernels

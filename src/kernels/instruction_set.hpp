#pragma once

namespace jetrain::kernels {

/// The vector instructions that the kernels were compiled for: part of what decides the bits.
const char* instruction_set() noexcept;

}  // namespace jetrain::kernels

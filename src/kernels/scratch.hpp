#pragma once

/// \file
/// Memory that a kernel needs for the length of one call.

#include <cstddef>
#include <cstdint>

#include "core/aligned_buffer.hpp"

namespace jetrain::kernels {

/// Grows to the largest size ever asked for. Kernels hold one per thread, so that a training step does not
/// allocate; contents are undefined.
template <class T>
class Scratch {
 public:
  T* reserve(std::int64_t size) {
    if (static_cast<std::size_t>(size) > buffer_.size()) {
      buffer_ = AlignedBuffer<T>(static_cast<std::size_t>(size));
    }
    return buffer_.data();
  }

 private:
  AlignedBuffer<T> buffer_;
};

}  // namespace jetrain::kernels

#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>

namespace jetrain {

/// Owned memory on 64-byte borders (a cache line, an AVX-512 vector), zero at the start. Move-only.
template <class T>
class AlignedBuffer {
 public:
  static constexpr std::align_val_t alignment{64};

  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size)
      : data_(static_cast<T*>(::operator new(size * sizeof(T) + 64, alignment))), size_(size) {
    std::memset(static_cast<void*>(data_.get()), 0, size * sizeof(T));
  }

  T* data() noexcept { return data_.get(); }
  const T* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept {
    assert(i < size_);
    return data_.get()[i];
  }
  const T& operator[](std::size_t i) const noexcept {
    assert(i < size_);
    return data_.get()[i];
  }
  std::span<T> span() noexcept { return {data_.get(), size_}; }
  std::span<const T> span() const noexcept { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(T* pointer) const noexcept { ::operator delete(static_cast<void*>(pointer), alignment); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace jetrain

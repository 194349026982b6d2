// The program's operator new: the standard library's, but for the size of what could not be had, which
// std::bad_alloc does not say (core/out_of_memory.hpp).

#include <cstdlib>
#include <new>

#include "core/out_of_memory.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define JETRAIN_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JETRAIN_SANITIZED
#endif

#ifndef JETRAIN_SANITIZED  // sanitizers have their own

namespace {

void* given(void* memory, std::size_t bytes) {
  if (memory != nullptr) return memory;
  jetrain::note_refused(bytes);
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) {
  return given(std::malloc(bytes > 0 ? bytes : 1), bytes);
}

void* operator new(std::size_t bytes, std::align_val_t alignment) {
  void* memory = nullptr;
  const int failure = posix_memalign(&memory, static_cast<std::size_t>(alignment), bytes > 0 ? bytes : 1);
  return given(failure == 0 ? memory : nullptr, bytes);
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

#endif

// To be preloaded: an allocation of at least FAULT_BYTES bytes (1,000,000) fails; which one, and on which
// rank, says fault_rule.hpp.
#include <malloc.h>

#include "fault_rule.hpp"

extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* old, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);
}

namespace {

faults::Rule* rule = nullptr;  // none before the constructor below: the C library allocates earlier
std::size_t smallest = 0;

__attribute__((constructor)) void begin() {
  static faults::Rule told;
  smallest = static_cast<std::size_t>(atol(faults::variable("FAULT_BYTES", "1000000")));
  rule = &told;
}

bool fails(std::size_t bytes) {
  if (rule == nullptr || !rule->active() || bytes < smallest) return false;
  if (rule->judge("allocation", "memory").error == 0) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {

void* malloc(size_t bytes) noexcept {
  return fails(bytes) ? nullptr : __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) noexcept {
  return fails(count * bytes) ? nullptr : __libc_calloc(count, bytes);
}
void* realloc(void* old, size_t bytes) noexcept {
  return fails(bytes) ? nullptr : __libc_realloc(old, bytes);
}
void* memalign(size_t alignment, size_t bytes) noexcept {
  return fails(bytes) ? nullptr : __libc_memalign(alignment, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
  return memalign(alignment, bytes);
}
int posix_memalign(void** place, size_t alignment, size_t bytes) noexcept {
  if (fails(bytes)) return ENOMEM;
  void* found = __libc_memalign(alignment, bytes);
  if (found == nullptr) return ENOMEM;
  *place = found;
  return 0;
}

}  // extern "C"

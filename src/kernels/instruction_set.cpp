#include "kernels/instruction_set.hpp"

namespace jetrain::kernels {

const char* instruction_set() noexcept {
#if defined(__AVX512F__)
  return "AVX-512";
#elif defined(__AVX2__)
  return "AVX2";
#elif defined(__AVX__)
  return "AVX";
#elif defined(__x86_64__)
  return "SSE2";
#elif defined(__ARM_FEATURE_SVE)
  return "SVE";
#elif defined(__aarch64__)
  return "NEON";
#else
  return "no vector instructions known";
#endif
}

}  // namespace jetrain::kernels

#pragma once

/// \file
/// OpenBLAS as a library that is asked for by name while the program runs, not one that it is linked with.
///
/// Loaded, OpenBLAS looks at the processor, chooses kernels for it, and starts a thread for each core, all
/// before `main` where a program is linked with it. So every run would have idle threads, and a build of
/// OpenBLAS that goes wrong on a new processor would take down programs that never call it. Here it is loaded
/// where it is to be used, with OPENBLAS_NUM_THREADS=1: it starts no thread, and each of ours may call it.

#include <cstdint>
#include <string>

namespace jetrain::kernels {

struct Openblas {
  /// C's own interface (cblas.h): order, op(A), op(B), m, n, k, alpha, A, lda, B, ldb, beta, C, ldc.
  using Sgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float,
                         float*, int);

  Sgemm sgemm = nullptr;  ///< null where there is no OpenBLAS
  std::string name;       ///< "OpenBLAS 0.3.21 SkylakeX"
  std::string missing;    ///< why there is none
};

/// Loaded at the first call; thread-safe. Whoever loads it should do so before other threads read the
/// environment.
const Openblas& openblas();

}  // namespace jetrain::kernels

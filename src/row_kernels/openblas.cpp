#include "row_kernels/openblas.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>

namespace jetrain::kernels {
namespace {

/// The name under which systems install its interface with 32-bit sizes.
constexpr const char* kLibrary = "libopenblas.so.0";

template <class Function>
Function find(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

/// "OpenBLAS 0.3.21 DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=128" has the version second.
std::string version(const std::string& config) {
  const std::size_t begin = config.find("OpenBLAS ");
  if (begin == std::string::npos) return "of unknown version";
  const std::size_t number = begin + 9;
  return config.substr(number, config.find(' ', number) - number);
}

Openblas load_openblas() {
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  Openblas found;
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    found.missing = fmt::format("OpenBLAS cannot be loaded ({})", dlerror());
    return found;
  }
  const auto config = find<const char* (*)()>(library, "openblas_get_config");
  const auto core = find<const char* (*)()>(library, "openblas_get_corename");
  const auto set_threads = find<void (*)(int)>(library, "openblas_set_num_threads");
  const auto sgemm = find<Openblas::Sgemm>(library, "cblas_sgemm");
  if (config == nullptr || core == nullptr || set_threads == nullptr || sgemm == nullptr) {
    found.missing = fmt::format("{} lacks functions that OpenBLAS has", kLibrary);
    return found;
  }
  set_threads(1);  // where somebody else loaded it before
  found.name = fmt::format("OpenBLAS {} {}", version(config()), core());
  found.sgemm = sgemm;
  return found;
}

}  // namespace

const Openblas& openblas() {
  static const Openblas loaded = load_openblas();
  return loaded;
}

}  // namespace jetrain::kernels

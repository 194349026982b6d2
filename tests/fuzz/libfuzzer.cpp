// The same targets under libFuzzer, which follows the code's branches: JETRAIN_FUZZ_TARGET=NAME
// jetrain_libfuzzer CORPUS.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "comm/environment.hpp"
#include "targets.hpp"

namespace {

using namespace jetrain;
using namespace jetrain::fuzz;

const Target* target = nullptr;

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t limit);

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  static const Environment environment(*argc, *argv);
  const char* name = std::getenv("JETRAIN_FUZZ_TARGET");
  target = &target_named(name != nullptr ? name : "");
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit,
                                               unsigned seed) {
  size = LLVMFuzzerMutate(data, size, limit);
  if (!target->sealed || seed % 8 == 0) return size;
  const std::string bytes = resealed({reinterpret_cast<const char*>(data), size});
  if (bytes.size() > limit) return size;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  target->try_input({reinterpret_cast<const char*>(data), size});
  return 0;
}

#include "row_kernels/product_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/aligned_buffer.hpp"
#include "core/stopwatch.hpp"
#include "jetrain/error.hpp"
#include "kernels/instruction_set.hpp"
#include "row_kernels/openblas.hpp"
#include "row_kernels/product_self_test.hpp"

namespace jetrain::kernels {
namespace {

ProductChoice own_kernels(const std::string& why) {
  return {&own_products,
          fmt::format("own kernels ({}){}{}", instruction_set(), why.empty() ? "" : "; ", why)};
}

/// Whether the processor has wider vectors than this program was built for.
bool has_wider_vectors() {
#if defined(__x86_64__) && !defined(__AVX512F__)
  return __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

/// Seconds of one product of a middling size, the best of some.
double seconds_of(const ProductBackend& backend) {
  const ProductShape shape{128, 128};
  const std::int64_t rows = 256;
  AlignedBuffer<float> weights(128 * 128);
  AlignedBuffer<float> packed(weights.size());
  AlignedBuffer<float> a(256 * 128);
  AlignedBuffer<float> c(a.size());
  backend.pack_weights(shape, weights.data(), packed.data());
  double best = 1;
  for (int i = 0; i < 8; ++i) {
    const Stopwatch watch;
    backend.multiply({a.data(), rows, 128}, packed.data(), {}, {c.data(), rows, 128});
    best = std::min(best, watch.seconds());
  }
  return best;
}

ProductChoice choose_by_itself() {
  if (!has_wider_vectors()) return own_kernels("");
  if (openblas().sgemm == nullptr) return own_kernels("a build for this processor's wider vectors is faster");
  const std::string& name = openblas().name;
  const std::string failing = failing_product(openblas_products);
  if (!failing.empty()) return own_kernels(fmt::format("{} {}", name, failing));
  if (seconds_of(openblas_products) > seconds_of(own_products)) return own_kernels(name + " is slower");
  return {&openblas_products, name + ": the same bits, by wider vectors than this build has"};
}

}  // namespace

ProductChoice choose_products(const std::string& wish) {
  if (wish.empty()) return choose_by_itself();
  if (wish == "own") return own_kernels("as JETRAIN_PRODUCTS says");
  if (wish != "openblas") {
    throw UsageError(fmt::format("JETRAIN_PRODUCTS is '{}'; it may be own or openblas", wish));
  }
  if (openblas().sgemm == nullptr) {
    throw Error(fmt::format("JETRAIN_PRODUCTS=openblas, but {}; install it, or leave JETRAIN_PRODUCTS unset",
                            openblas().missing));
  }
  if (const std::string failing = failing_product(openblas_products); !failing.empty()) {
    throw Error(fmt::format("JETRAIN_PRODUCTS=openblas, but {} {}; leave JETRAIN_PRODUCTS unset",
                            openblas().name, failing));
  }
  return {&openblas_products, openblas().name + ": the same bits; as JETRAIN_PRODUCTS says"};
}

const ProductChoice& products() {
  static const ProductChoice chosen = [] {
    const char* wish = std::getenv("JETRAIN_PRODUCTS");
    return choose_products(wish != nullptr ? wish : "");
  }();
  return chosen;
}

std::string products_in_words() {
  return "products: " + products().words;
}

}  // namespace jetrain::kernels

// The products of sets of constituents, as GFLOP/s and as a share of what one core can do, by our own kernels
// and by OpenBLAS with the kernels that it chooses here. Where it keeps the contract's order it must not be
// faster: choose_products() leaves it aside in builds that have the processor's vectors.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "core/aligned_buffer.hpp"
#include "peak.hpp"
#include "random_floats.hpp"
#include "report.hpp"
#include "row_kernels/openblas.hpp"
#include "row_kernels/product_backend.hpp"

namespace jetrain::kernels {
namespace {

enum class Pass { forward, input_gradient, weight_gradient };

void product(benchmark::State& state, const ProductBackend& backend, Pass pass) {
  if (&backend == &openblas_products && openblas().sgemm == nullptr) {
    state.SkipWithError(openblas().missing.c_str());
    return;
  }
  const std::int64_t rows = state.range(0);
  const ProductShape shape{state.range(1), state.range(2)};
  AlignedBuffer<float> x = random_floats(rows * padded_channels(shape.inputs));
  AlignedBuffer<float> y = random_floats(rows * padded_channels(shape.outputs));
  const AlignedBuffer<float> weights = random_floats(shape.inputs * shape.outputs);
  const AlignedBuffer<float> bias = random_floats(shape.outputs);
  AlignedBuffer<float> packed(static_cast<std::size_t>(packed_floats(shape)));
  AlignedBuffer<float> transposed(static_cast<std::size_t>(packed_floats(shape.transposed())));
  AlignedBuffer<float> dweights(packed.size());
  AlignedBuffer<float> dbias(static_cast<std::size_t>(padded_channels(shape.outputs)));
  backend.pack_weights(shape, weights.data(), packed.data());
  backend.pack_transposed(shape, weights.data(), transposed.data());
  const Rows inputs{x.data(), rows, shape.inputs};
  const Rows outputs{y.data(), rows, shape.outputs};
  for (auto _ : state) {
    if (pass == Pass::forward) {
      backend.multiply(inputs, packed.data(), {.bias = bias.data(), .rectify = true}, outputs);
    } else if (pass == Pass::input_gradient) {
      backend.multiply(outputs, transposed.data(), {}, inputs);
    } else {
      backend.multiply_transposed(inputs, outputs, dweights.data(), dbias.data());
    }
    benchmark::ClobberMemory();
  }
  bench::report_flops(state, 2.0 * static_cast<double>(rows * shape.inputs * shape.outputs),
                      bench::core_peak_flops());
}

/// A leaf's constituents (800), its edges by seven neighbours (5,600) and by sixteen (12,800), and pairs.
void shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"rows", "inputs", "outputs"});
  for (const int inputs : {3, 7, 100, 256}) b->Args({800, inputs, 100});
  b->Args({800, 7, 32})->Args({800, 192, 64})->Args({800, 128, 512})->Args({800, 512, 128});
  b->Args({5'600, 32, 32})->Args({5'600, 64, 64})->Args({12'800, 128, 128})->Args({12'800, 256, 256});
  b->Args({51'200, 64, 64})->Args({20'000, 32, 4})->Args({20'000, 64, 8})->Args({16, 256, 100});
}
BENCHMARK_CAPTURE(product, forward, own_products, Pass::forward)->Apply(shapes);
BENCHMARK_CAPTURE(product, forward_openblas, openblas_products, Pass::forward)->Apply(shapes);
BENCHMARK_CAPTURE(product, input_gradient, own_products, Pass::input_gradient)->Apply(shapes);
BENCHMARK_CAPTURE(product, input_gradient_openblas, openblas_products, Pass::input_gradient)->Apply(shapes);
BENCHMARK_CAPTURE(product, weight_gradient, own_products, Pass::weight_gradient)->Apply(shapes);
BENCHMARK_CAPTURE(product, weight_gradient_openblas, openblas_products, Pass::weight_gradient)->Apply(shapes);

}  // namespace
}  // namespace jetrain::kernels

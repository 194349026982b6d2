// The kernels of the training step as GFLOP/s and as a share of what one core's multiply-add units can do at
// most, measured in the same process.
#include <benchmark/benchmark.h>
#include <cblas.h>
#include <omp.h>

#include <cstdint>
#include <random>

#include "core/aligned_buffer.hpp"
#include "kernels/conv2d.hpp"
#include "kernels/dense.hpp"
#include "kernels/exact_sum.hpp"
#include "kernels/fma_peak.hpp"
#include "kernels/lanes.hpp"
#include "kernels/pool2d.hpp"
#include "peak.hpp"
#include "random_floats.hpp"
#include "report.hpp"

extern "C" void openblas_set_num_threads(int threads);

namespace jetrain::kernels {
namespace {

/// Random activations with the halo that a kernel of this size needs.
class Activations {
 public:
  Activations(std::int64_t channels, std::int64_t size, std::int64_t halo)
      : buffer_(static_cast<std::size_t>(channels * (size + 2 * halo) * (size + 2 * halo) * kLanes)) {
    std::mt19937 engine(1);
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    for (float& value : buffer_.span()) value = uniform(engine);
    const std::int64_t row_stride = (size + 2 * halo) * kLanes;
    planes = {.data = buffer_.data() + halo * (row_stride + kLanes),
              .channels = channels,
              .rows = size,
              .columns = size,
              .channel_stride = (size + 2 * halo) * row_stride,
              .row_stride = row_stride};
  }

  Planes planes;

 private:
  AlignedBuffer<float> buffer_;
};

void report_bytes(benchmark::State& state, double bytes) {
  bench::report_rate(state, "GB/s", bytes * 1e-9);
}

/// The measure of all others, by one thread and by all.
void multiply_add_peak(benchmark::State& state, bool all_threads) {
  const int threads = all_threads ? omp_get_max_threads() : 1;
  for (auto _ : state) state.counters["GFLOP/s"] = measure_fma_peak_gflops(threads);
}
BENCHMARK_CAPTURE(multiply_add_peak, one_thread, false)->Iterations(1);
BENCHMARK_CAPTURE(multiply_add_peak, all_threads, true)->Iterations(1);

enum class Pass { forward, backward_input, backward_weights };

void convolution(benchmark::State& state, Pass pass) {
  const std::int64_t in = state.range(0);
  const std::int64_t out = state.range(1);
  const std::int64_t size = state.range(2);
  const std::int64_t kernel = state.range(3);
  const Conv2dShape shape{.in_channels = in,
                          .out_channels = out,
                          .kernel_rows = kernel,
                          .kernel_columns = kernel,
                          .pad_top = (kernel - 1) / 2,
                          .pad_left = (kernel - 1) / 2};
  const Activations x(in, size, kernel / 2);
  const Activations y(out, size, kernel / 2);
  AlignedBuffer<float> weights = random_floats(kernel * kernel * in * out);
  AlignedBuffer<float> bias = random_floats(out);
  for (auto _ : state) {
    if (pass == Pass::forward) {
      conv2d_forward(shape, x.planes, weights.data(), bias.data(), true, y.planes);
    } else if (pass == Pass::backward_input) {
      conv2d_backward_input(shape, y.planes, weights.data(), x.planes, x.planes);
    } else {
      conv2d_backward_weights(shape, x.planes, y.planes, weights.data(), bias.data());
    }
    benchmark::ClobberMemory();
  }
  bench::report_flops(state, 2.0 * static_cast<double>(kLanes * size * size * kernel * kernel * in * out),
                      bench::core_peak_flops());
}

/// (in channels, out channels, image rows and columns, kernel rows and columns)
void convolution_shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"in", "out", "image", "kernel"});
  b->Args({1, 8, 40, 4})->Args({8, 8, 40, 4})->Args({8, 8, 20, 4});  // the notebook's network
  for (const int kernel : {1, 3, 5, 7}) b->Args({8, 8, 20, kernel});
  for (const int channels : {3, 16, 32, 64}) b->Args({channels, channels, 20, 3});
}
BENCHMARK_CAPTURE(convolution, forward, Pass::forward)->Apply(convolution_shapes);
BENCHMARK_CAPTURE(convolution, backward_input, Pass::backward_input)->Apply(convolution_shapes);
BENCHMARK_CAPTURE(convolution, backward_weights, Pass::backward_weights)->Apply(convolution_shapes);

void dense(benchmark::State& state, Pass pass) {
  const DenseShape shape{state.range(0), state.range(1)};
  AlignedBuffer<float> x = random_floats(shape.inputs * kLanes);
  AlignedBuffer<float> y = random_floats(shape.outputs * kLanes);
  const AlignedBuffer<float> weights = random_floats(shape.inputs * shape.outputs);
  const AlignedBuffer<float> bias = random_floats(shape.outputs);
  AlignedBuffer<float> scratch(static_cast<std::size_t>(dense_scratch_floats(shape)));
  AlignedBuffer<std::int64_t> dweights(weights.size());
  AlignedBuffer<std::int64_t> dbias(bias.size());
  for (auto _ : state) {
    if (pass == Pass::forward) {
      dense_forward(shape, x.data(), weights.data(), bias.data(), true, y.data());
    } else if (pass == Pass::backward_input) {
      dense_backward_input(shape, y.data(), weights.data(), nullptr, x.data());
    } else {
      benchmark::DoNotOptimize(dense_backward_weights(shape, x.data(), y.data(), 1e3F, scratch.data(),
                                                      dweights.data(), dbias.data()));
    }
    benchmark::ClobberMemory();
  }
  bench::report_flops(state, 2.0 * static_cast<double>(kLanes * shape.inputs * shape.outputs),
                      bench::core_peak_flops());
}

/// The same products by OpenBLAS: without bias and ReLU, and with a float32 weight gradient instead of an
/// exact one.
void dense_openblas(benchmark::State& state, Pass pass) {
  openblas_set_num_threads(1);
  const int inputs = static_cast<int>(state.range(0));
  const int outputs = static_cast<int>(state.range(1));
  const int lanes = static_cast<int>(kLanes);
  AlignedBuffer<float> x = random_floats(inputs * kLanes);
  AlignedBuffer<float> y = random_floats(outputs * kLanes);
  AlignedBuffer<float> weights = random_floats(std::int64_t{inputs} * outputs);
  for (auto _ : state) {
    if (pass == Pass::forward) {
      cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, outputs, lanes, inputs, 1.0F, weights.data(),
                  outputs, x.data(), lanes, 0.0F, y.data(), lanes);
    } else if (pass == Pass::backward_input) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, inputs, lanes, outputs, 1.0F, weights.data(),
                  outputs, y.data(), lanes, 0.0F, x.data(), lanes);
    } else {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, inputs, outputs, lanes, 1.0F, x.data(), lanes,
                  y.data(), lanes, 0.0F, weights.data(), outputs);
    }
    benchmark::ClobberMemory();
  }
  bench::report_flops(state, 2.0 * static_cast<double>(kLanes) * inputs * outputs, bench::core_peak_flops());
}

void dense_shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"inputs", "outputs"})->Args({3200, 64})->Args({64, 64})->Args({64, 2});
}
BENCHMARK_CAPTURE(dense, forward, Pass::forward)->Apply(dense_shapes);
BENCHMARK_CAPTURE(dense_openblas, forward, Pass::forward)->Apply(dense_shapes);
BENCHMARK_CAPTURE(dense, backward_input, Pass::backward_input)->Apply(dense_shapes);
BENCHMARK_CAPTURE(dense_openblas, backward_input, Pass::backward_input)->Apply(dense_shapes);
BENCHMARK_CAPTURE(dense, backward_weights, Pass::backward_weights)->Apply(dense_shapes);
BENCHMARK_CAPTURE(dense_openblas, backward_weights, Pass::backward_weights)->Apply(dense_shapes);

void max_pool(benchmark::State& state, Pass pass) {
  const Activations x(8, 40, 0);
  const Activations dx(8, 40, 0);
  const Activations y(8, 20, 0);
  for (auto _ : state) {
    if (pass == Pass::forward) {
      max_pool2d_forward({2, 2}, x.planes, y.planes);
    } else {
      max_pool2d_backward({2, 2}, x.planes, y.planes, y.planes, true, dx.planes);
    }
    benchmark::ClobberMemory();
  }
  const double image_bytes = 8.0 * 40 * 40 * kLanes * sizeof(float);
  report_bytes(state, pass == Pass::forward ? 1.25 * image_bytes : 2.5 * image_bytes);
}
BENCHMARK_CAPTURE(max_pool, forward, Pass::forward);
BENCHMARK_CAPTURE(max_pool, backward, Pass::backward_input);

/// As many values as the notebook's network has weights; each is read once, its sum read and written.
void exact_sum(benchmark::State& state) {
  const AlignedBuffer<float> values = random_floats(216'546);
  AlignedBuffer<std::int64_t> sums(values.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(exact_accumulate(values.span(), 1e3F, sums.span()));
    benchmark::ClobberMemory();
  }
  report_bytes(state, static_cast<double>(values.size() * (sizeof(float) + 2 * sizeof(std::int64_t))));
}
BENCHMARK(exact_sum);

}  // namespace
}  // namespace jetrain::kernels

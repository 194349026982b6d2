#include <algorithm>

#include "kernels/blocks.hpp"
#include "kernels/dense.hpp"
#include "kernels/fixed_point.hpp"
#include "kernels/vector.hpp"

namespace jetrain::kernels {
namespace {

/// Here vectors run along the outputs, and the lanes are what is summed over. Sums that stay in registers:
/// inputs x vectors of outputs. With 32 registers, 4 x 4 sums need 8 loads for 16 multiply-adds.
constexpr int kInputs = 4;
constexpr int kOutputVectors = kManyRegisters ? 4 : 2;

/// Outputs in whole vectors.
std::int64_t padded(std::int64_t outputs) noexcept {
  return (outputs + kVectorLanes - 1) / kVectorLanes * kVectorLanes;
}

struct BlockTask {
  const float* x;         ///< (inputs of the block, lanes)
  const float* gradient;  ///< (lanes, row_length), from the block's first output on
  std::int64_t row_length;
  std::int64_t outputs;  ///< really there; the last vector may reach beyond them
  std::int64_t* sums;    ///< (inputs of the block, all outputs), from the block's first output on
  std::int64_t sums_row_length;
  MagnitudeWatch* watch;
};

/// Adds the first `count` values of a vector.
void add_some(std::int64_t* sums, Vector values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) add_fixed_point(sums[i], values[i]);
}

struct WeightsBlock {
  template <int Inputs, int OutputVectors>
  static void run(const BlockTask& task) {
    Vector products[Inputs][OutputVectors]{};
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      Vector gradients[OutputVectors];
#pragma GCC unroll 16
      for (int v = 0; v < OutputVectors; ++v) {
        gradients[v] = in_register(load(task.gradient + lane * task.row_length + v * kVectorLanes));
      }
#pragma GCC unroll 16
      for (int i = 0; i < Inputs; ++i) {
        const Vector input = broadcast(task.x[i * kLanes + lane]);
#pragma GCC unroll 16
        for (int v = 0; v < OutputVectors; ++v) products[i][v] += input * gradients[v];
      }
    }
    MagnitudeWatch watch = *task.watch;
#pragma GCC unroll 16
    for (int i = 0; i < Inputs; ++i) {
#pragma GCC unroll 16
      for (int v = 0; v < OutputVectors; ++v) {
        std::int64_t* sums = task.sums + i * task.sums_row_length + v * kVectorLanes;
        watch.see(products[i][v]);
        if ((v + 1) * kVectorLanes <= task.outputs) {
          add_fixed_point(sums, products[i][v]);
        } else {
          add_some(sums, products[i][v], task.outputs - v * kVectorLanes);
        }
      }
    }
    *task.watch = watch;
  }
};

/// dy (outputs, lanes) into `gradient` (lanes, padded outputs), zeros at the end of its rows.
void transpose(std::int64_t outputs, const float* dy, float* gradient) {
  const std::int64_t row_length = padded(outputs);
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    float* row = gradient + lane * row_length;
    for (std::int64_t o = 0; o < outputs; ++o) row[o] = dy[o * kLanes + lane];
    std::fill(row + outputs, row + row_length, 0.0F);
  }
}

/// dbias[o] += sum of dy[o] over the lanes.
void add_bias_gradient(std::int64_t outputs, const float* gradient, std::int64_t* dbias,
                       MagnitudeWatch& watch) {
  const std::int64_t row_length = padded(outputs);
  for (std::int64_t o = 0; o < outputs; o += kVectorLanes) {
    Vector sum{};
    for (std::int64_t lane = 0; lane < kLanes; ++lane) sum += load(gradient + lane * row_length + o);
    watch.see(sum);
    add_some(dbias + o, sum, std::min<std::int64_t>(kVectorLanes, outputs - o));
  }
}

}  // namespace

std::int64_t dense_scratch_floats(const DenseShape& shape) noexcept {
  return kLanes * padded(shape.outputs);
}

bool dense_backward_weights(const DenseShape& shape, const float* x, const float* dy, float limit,
                            float* scratch, std::int64_t* dweights, std::int64_t* dbias) {
  transpose(shape.outputs, dy, scratch);
  MagnitudeWatch watch;
  if (dbias != nullptr) add_bias_gradient(shape.outputs, scratch, dbias, watch);
  const std::int64_t row_length = padded(shape.outputs);
  const EvenBlocks inputs(shape.inputs, kInputs);
  const EvenBlocks vectors(row_length / kVectorLanes, kOutputVectors);
  for (std::int64_t i = 0; i < inputs.size(); ++i) {
    for (std::int64_t v = 0; v < vectors.size(); ++v) {
      const std::int64_t input = inputs.begin(i);
      const std::int64_t output = vectors.begin(v) * kVectorLanes;
      const auto run =
          instantiation<WeightsBlock, kInputs, kOutputVectors>(inputs.length(i), vectors.length(v));
      run({.x = x + input * kLanes,
           .gradient = scratch + output,
           .row_length = row_length,
           .outputs = std::min(vectors.length(v) * kVectorLanes, shape.outputs - output),
           .sums = dweights + input * shape.outputs + output,
           .sums_row_length = shape.outputs,
           .watch = &watch});
    }
  }
  return watch.below(limit);
}

}  // namespace jetrain::kernels

#include "kernels/dense.hpp"

#include "kernels/blocks.hpp"
#include "kernels/vector.hpp"

namespace jetrain::kernels {
namespace {

/// Outputs whose sums stay in registers; each input is loaded once for all of them.
constexpr int kOutputs = kManyRegisters ? 16 : 8;

/// Inputs of one pass: they stay in the L1 cache while all outputs use them. Each pass sums from zero, so
/// that rounding errors grow with the length of a pass, not with that of the layer.
constexpr std::int64_t kInputsPerPass = 128;

struct ForwardTask {
  const float* x;        ///< (inputs, lanes)
  std::int64_t inputs;   ///< of this pass
  const float* weights;  ///< (inputs, row_length), from the block's first output on
  std::int64_t row_length;
  const float* bias;
  bool first;  ///< y starts from the bias
  bool relu;
  float* y;
};

struct ForwardBlock {
  template <int Outputs>
  static void run(const ForwardTask& task) {
    Vector sums[Outputs]{};
    const float* weights = task.weights;
    for (std::int64_t i = 0; i < task.inputs; ++i, weights += task.row_length) {
      const Vector input = in_register(load(task.x + i * kLanes));
#pragma GCC unroll 16
      for (int o = 0; o < Outputs; ++o) sums[o] += weights[o] * input;
    }
#pragma GCC unroll 16
    for (int o = 0; o < Outputs; ++o) {
      float* y = task.y + o * kLanes;
      const Vector sum = sums[o] + (task.first ? broadcast(task.bias[o]) : load(y));
      store(y, task.relu ? relu(sum) : sum);
    }
  }
};

/// Inputs whose gradients stay in registers; each dy is loaded once for all of them.
constexpr int kInputs = 8;

struct BackwardTask {
  const float* dy;  ///< (outputs, lanes)
  std::int64_t outputs;
  const float* weights;  ///< (inputs of the block, outputs)
  const float* mask;
  float* dx;
};

struct BackwardBlock {
  template <int Inputs>
  static void run(const BackwardTask& task) {
    Vector sums[Inputs]{};
    const float* weights[Inputs];
#pragma GCC unroll 16
    for (int i = 0; i < Inputs; ++i) weights[i] = task.weights + i * task.outputs;
    for (std::int64_t o = 0; o < task.outputs; ++o) {
      const Vector gradient = in_register(load(task.dy + o * kLanes));
#pragma GCC unroll 16
      for (int i = 0; i < Inputs; ++i) sums[i] += weights[i][o] * gradient;
    }
#pragma GCC unroll 16
    for (int i = 0; i < Inputs; ++i) {
      const Vector sum =
          task.mask != nullptr ? where_positive(load(task.mask + i * kLanes), sums[i]) : sums[i];
      store(task.dx + i * kLanes, sum);
    }
  }
};

}  // namespace

void dense_forward(const DenseShape& shape, const float* x, const float* weights, const float* bias,
                   bool relu, float* y) {
  const EvenBlocks outputs(shape.outputs, kOutputs);
  const EvenBlocks passes(shape.inputs, kInputsPerPass);
  for (std::int64_t pass = 0; pass < passes.size(); ++pass) {
    const std::int64_t input = passes.begin(pass);
    for (std::int64_t block = 0; block < outputs.size(); ++block) {
      const std::int64_t output = outputs.begin(block);
      const auto run = instantiation<ForwardBlock, kOutputs>(outputs.length(block));
      for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
        run({.x = x + input * kLanes + lane,
             .inputs = passes.length(pass),
             .weights = weights + input * shape.outputs + output,
             .row_length = shape.outputs,
             .bias = bias + output,
             .first = pass == 0,
             .relu = relu && pass + 1 == passes.size(),
             .y = y + output * kLanes + lane});
      }
    }
  }
}

void dense_backward_input(const DenseShape& shape, const float* dy, const float* weights, const float* mask,
                          float* dx) {
  const EvenBlocks inputs(shape.inputs, kInputs);
  for (std::int64_t block = 0; block < inputs.size(); ++block) {
    const std::int64_t input = inputs.begin(block);
    const auto run = instantiation<BackwardBlock, kInputs>(inputs.length(block));
    for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
      run({.dy = dy + lane,
           .outputs = shape.outputs,
           .weights = weights + input * shape.outputs,
           .mask = mask != nullptr ? mask + input * kLanes + lane : nullptr,
           .dx = dx + input * kLanes + lane});
    }
  }
}

}  // namespace jetrain::kernels

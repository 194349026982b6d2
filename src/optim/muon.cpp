#include <omp.h>

#include <algorithm>
#include <cmath>

#include "core/out_of_memory.hpp"
#include "core/thread_errors.hpp"
#include "optim/optimizers.hpp"
#include "optim/orthogonalize.hpp"

namespace jetrain {
namespace {

/// Muon (Jordan et al., kellerjordan.github.io/posts/muon, 2024). Of a kernel that is a matrix (inputs,
/// outputs), of a convolution (rows x columns x inputs, outputs):
///   m <- m + (1 - mu) (g - m),  u = m + (1 - mu) (g - m) once more with Nesterov, else m,
///   w <- w - lr decay w - lr sqrt(max(1, outputs / inputs)) O(u),
/// where O brings the singular values near 1 (optim/orthogonalize.hpp), so that the step does not depend on
/// the gradient's size. All else (biases, norms, tokens, kernels of one row or column) goes by Adam at its
/// own rate. (The authors leave the network's first and last matrices to Adam, too; here they are matrices.)
class Muon final : public Optimizer {
 public:
  Muon(const MuonConfig& config, std::vector<ParameterArray> arrays)
      : Optimizer(std::move(arrays)),
        config_(config),
        first_moment_(add_state()),
        second_moment_(add_state()),
        directions_(static_cast<std::size_t>(parameters())) {
    for (const ParameterArray& array : this->arrays()) {
      if (!array.is_matrix()) continue;
      matrices_.push_back(array);
      const std::int64_t rows = array.size() / array.columns;
      longest_ = std::max({longest_, rows, array.columns});
      shortest_ = std::max(shortest_, std::min(rows, array.columns));
    }
    make_orthogonalizers();
  }

 private:
  /// One a thread that may come, outside of the threads' region, which no exception may leave.
  void make_orthogonalizers() {
    while (!matrices_.empty() && std::ssize(orthogonalizers_) < omp_get_max_threads())
      memory_for("muon's matrices", [&] { orthogonalizers_.emplace_back(longest_, shortest_); });
  }
  void begin_step(double learning_rate) override {
    const AdamConfig& adam = config_.adam;
    const auto t = static_cast<double>(steps());
    const double others = learning_rate * (adam.learning_rate / config_.learning_rate);
    rate_ = learning_rate;
    decay_ = static_cast<float>(learning_rate * config_.weight_decay);
    adam_step_ = static_cast<float>(others * std::sqrt(1.0 - std::pow(adam.beta_2, t)) /
                                    (1.0 - std::pow(adam.beta_1, t)));
    adam_decay_ = static_cast<float>(others * config_.weight_decay);
  }
  /// A matrix by one thread from start to end.
  void look_at_matrices(std::span<const float> gradients) override {
    make_orthogonalizers();
    const auto count = std::ssize(matrices_);
    ThreadErrors errors;
#pragma omp parallel for schedule(dynamic, 1)
    for (std::int64_t i = 0; i < count; ++i) {
      const ParameterArray& array = matrices_[static_cast<std::size_t>(i)];
      errors.run([&] {
        follow(array, gradients.data());
        orthogonalizers_[static_cast<std::size_t>(omp_get_thread_num())].run(
            directions_.data() + array.first, array.size() / array.columns, array.columns,
            config_.iterations);
      });
    }
    errors.rethrow();
  }
  void follow(const ParameterArray& array, const float* g) {
    const float share = 1.0F - static_cast<float>(config_.momentum);
    float* m = first_moment_;
    float* u = directions_.data();
    for (std::int64_t i = array.first; i < array.last; ++i) {
      m[i] += (g[i] - m[i]) * share;
      u[i] = config_.nesterov ? m[i] + (g[i] - m[i]) * share : m[i];
    }
  }
  void update(const Block& block) override {
    if (!block.array->is_matrix()) return update_by_adam(block);
    const auto outputs = static_cast<double>(block.array->columns);
    const double inputs = static_cast<double>(block.array->size()) / outputs;
    const auto step_size = static_cast<float>(rate_ * std::sqrt(std::max(1.0, outputs / inputs)));
    const float* u = directions_.data() + block.first;
    for (std::int64_t i = 0; i < block.count; ++i)
      block.w[i] = block.w[i] - decay_ * block.w[i] - step_size * u[i];
  }
  void update_by_adam(const Block& block) {
    const auto beta_1 = static_cast<float>(config_.adam.beta_1);
    const auto beta_2 = static_cast<float>(config_.adam.beta_2);
    const auto epsilon = static_cast<float>(config_.adam.epsilon);
    const float step_size = adam_step_;
    const float decay = block.decays ? adam_decay_ : 0.0F;
    float* m = first_moment_ + block.first;
    float* v = second_moment_ + block.first;
    for (std::int64_t i = 0; i < block.count; ++i) {
      const float g = block.g[i];
      m[i] += (g - m[i]) * (1.0F - beta_1);
      v[i] += (g * g - v[i]) * (1.0F - beta_2);
      const float decayed = block.w[i] - decay * block.w[i];
      block.w[i] = decayed - step_size * m[i] / (std::sqrt(v[i]) + epsilon);
    }
  }

  MuonConfig config_;
  float* first_moment_;
  float* second_moment_;             ///< of what goes by Adam
  AlignedBuffer<float> directions_;  ///< of the matrices, of the step under way
  std::vector<ParameterArray> matrices_;
  std::int64_t longest_ = 0;
  std::int64_t shortest_ = 0;
  std::vector<Orthogonalizer> orthogonalizers_;
  double rate_ = 0;
  float decay_ = 0;
  float adam_step_ = 0;
  float adam_decay_ = 0;
};

}  // namespace

template <>
std::unique_ptr<Optimizer> make_optimizer_of(const MuonConfig& config, std::vector<ParameterArray> arrays) {
  return std::make_unique<Muon>(config, std::move(arrays));
}

}  // namespace jetrain

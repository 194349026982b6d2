#pragma once

/// \file
/// Optimizers: a step on a replica's parameters from the gradient, the same on every rank. A new optimizer is
/// a struct in config/optimizers.hpp, its name in OptimizerConfig's list, and a file in src/optim that makes
/// it.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/optimizers.hpp"
#include "core/aligned_buffer.hpp"
#include "core/parameter_role.hpp"

namespace jetrain {

/// One array of parameters, [first, last) of the arena: what layer-wise rules look at as a whole.
struct ParameterArray {
  std::int64_t first = 0;
  std::int64_t last = 0;
  ParameterRole role = ParameterRole::kernel;  ///< weight decay and layer-wise rules go by it
  double rate_factor = 1;                      ///< of the learning rate
  bool frozen = false;                         ///< no step changes it
  std::int64_t columns = 1;  ///< of a kernel as a matrix (inputs, outputs): the last of its dimensions

  std::int64_t size() const noexcept { return last - first; }
  /// Whether rules for matrices have something to do.
  bool is_matrix() const noexcept {
    return !frozen && role == ParameterRole::kernel && columns > 1 && size() > columns;
  }
};

class Optimizer {
 public:
  /// The arrays follow one another from 0 on and cover all parameters.
  explicit Optimizer(std::vector<ParameterArray> arrays) : arrays_(std::move(arrays)) {}
  virtual ~Optimizer() = default;

  /// One step with the given learning rate, by OpenMP threads; the bits do not depend on how many.
  void step(double learning_rate, std::span<float> parameters, std::span<const float> gradients);

  /// Steps taken so far.
  std::int64_t steps() const noexcept { return steps_; }
  void set_steps(std::int64_t steps) noexcept { steps_ = steps; }
  /// All else that the next step depends on, one value a parameter in each. With `steps`, enough to go on
  /// from where another optimizer of the same kind stopped.
  std::vector<std::span<float>> state();

 protected:
  /// A part of one array, small enough for a core's cache. `w`, `g`, and the state: its first elements.
  struct Block {
    std::int64_t first = 0;
    std::int64_t count = 0;
    float* w = nullptr;
    const float* g = nullptr;
    bool decays = false;
    double ratio = 1;        ///< of the block's array, from `ratio_of`
    double rate_factor = 1;  ///< of the block's array; in the rate that begin_step was given
    const ParameterArray* array = nullptr;
  };

  /// Adds an array of state that begins with `start`.
  float* add_state(float start = 0);
  std::int64_t parameters() const { return arrays_.empty() ? 0 : arrays_.back().last; }
  const std::vector<ParameterArray>& arrays() const noexcept { return arrays_; }

  /// Before the blocks of a step, and, where arrays have factors of their own, again with the rate of each of
  /// them before its blocks; steps() already counts it. So it changes nothing that the next step depends on.
  virtual void begin_step(double) {}
  /// For rules that look at matrices as such; after begin_step, from the gradients of all parameters.
  virtual void look_at_matrices(std::span<const float>) {}
  /// For layer-wise rules: computes what the blocks' norms are taken of, and gives back the block's part of
  /// (squared norm of w, squared norm of the other).
  struct SquaredNorms {
    double weights = 0;
    double other = 0;
  };
  virtual bool is_layer_wise() const { return false; }
  virtual SquaredNorms measure(const Block&) { return {}; }
  /// Of one array, from its norms.
  virtual double ratio_of(double, double, bool) const { return 1; }
  virtual void update(const Block& block) = 0;

 private:
  std::vector<ParameterArray> arrays_;
  std::vector<AlignedBuffer<float>> state_;
  std::int64_t steps_ = 0;
};

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::vector<ParameterArray> arrays);

/// The learning rate that the config gives the optimizer.
double base_learning_rate(const OptimizerConfig& config);
/// Others that it has besides (of Muon, Adam's) keep their ratio to it.
void set_base_learning_rate(OptimizerConfig& config, double rate);

}  // namespace jetrain

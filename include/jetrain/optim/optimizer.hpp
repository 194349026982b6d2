#pragma once

/// \file
/// Optimizers: a step on a replica's parameters from the exact sums of the gradients. Every rank applies the
/// same step.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetrain/config/config.hpp"

namespace jetrain {

/// The elements [first, last) of the parameter arena.
struct ElementRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Once before the updates of a step.
  virtual void begin_step() = 0;
  /// Updates parameters[range] from gradient = sums * scale. Threads may update disjoint ranges; ranges begin
  /// at multiples of 16, so that each element is always computed the same way.
  virtual void update(ElementRange range, float* parameters, const std::int64_t* sums, double scale) = 0;
  virtual double learning_rate() const = 0;

  /// Steps begun so far.
  std::int64_t steps() const noexcept { return steps_; }
  void set_steps(std::int64_t steps) noexcept { steps_ = steps; }
  /// All else that the next step depends on, one value a parameter in each array. With `steps`, enough to go
  /// on from where another optimizer of the same kind stopped.
  struct StateArray {
    const char* name;
    std::span<float> values;
  };
  virtual std::vector<StateArray> state() = 0;

 protected:
  std::int64_t steps_ = 0;
};

/// `parameters`: how many there are.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::int64_t parameters);

}  // namespace jetrain

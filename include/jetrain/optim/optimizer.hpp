#pragma once

/// \file
/// Optimizers: a step on a replica's parameters from the exact sums of the gradients. Every rank applies the
/// same step.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

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
};

/// `parameters`: how many there are.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::int64_t parameters);

}  // namespace jetrain

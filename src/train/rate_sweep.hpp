#pragma once

/// \file
/// The learning-rate range test: a training whose learning rate rises with each step, from where nothing is
/// learned to where the loss explodes. What its curve says is in rate_curve.hpp.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "nn/model.hpp"
#include "samples/sample_set.hpp"
#include "train/rate_curve.hpp"

namespace jetrain {

struct RateSweep {
  double from = 1e-6;
  double to = 1;
  std::int64_t steps = 200;    ///< rates: from * (to / from)^(i / (steps - 1)), i = 0, 1, ...
  std::int64_t smoothing = 5;  ///< as `smooth` and `Explosion` take it
};

struct RateCurve {
  std::vector<RatePoint> points;
  SweepEnd end = SweepEnd::all_steps;
  std::string why;  ///< of an end before the last step
};

/// Trains `model` with the config's optimizer, batches and augmentation, as many epochs as the steps take; of
/// the config's schedule, warm-up and averages nothing. The same bits on any ranks and threads. `after_step`
/// is told each step on every rank. Throws Untrainable where not even the first step can be taken, and, with
/// ExitStatus::requeue, where a signal asks to stop. Collective.
RateCurve sweep_rates(const RateSweep& sweep, const Config& config, Model& model, const SampleSet& train,
                      const std::function<void(const RatePoint&)>& after_step, const Communicator& comm);

}  // namespace jetrain

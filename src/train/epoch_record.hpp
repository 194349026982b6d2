#pragma once

/// \file
/// What a training tells of each epoch and of each step.

#include <cstdint>

#include "statistics/metrics.hpp"

namespace jetrain {

/// One epoch as history.csv has it. Losses are means of the cross entropy; accuracies and AUC are shares in
/// [0, 1].
struct EpochRecord {
  std::int64_t epoch = 0;  ///< from 1
  double loss = 0;         ///< while training, each batch with the weights of its step
  double accuracy = 0;
  Metrics validation;
  double learning_rate = 0;
  double seconds = 0;  ///< of training, without validation
  double jets_per_second = 0;
};

/// One step of a training.
struct StepRecord {
  std::int64_t step = 0;  ///< since the training began, from 1
  double loss = 0;        ///< mean over the batch, with the weights before the step
  double accuracy = 0;    ///< NaN: a regression
  double learning_rate = 0;
  double gradient_norm = 0;  ///< of the batch's mean gradient, before it is clipped to a norm
};

}  // namespace jetrain

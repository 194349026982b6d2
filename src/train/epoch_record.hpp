#pragma once

/// \file
/// What a training tells of each epoch and of each step.

#include <cstdint>

#include "statistics/metrics.hpp"

namespace jetrain {

/// One epoch: a line of history.csv (Place::table), and, of the best, what result.json says (Place::summary).
/// Losses are means of the cross entropy; accuracies and AUC are shares in [0, 1].
struct EpochRecord {
  std::int64_t epoch = 0;  ///< from 1
  double loss = 0;         ///< while training, each batch with the weights of its step
  double accuracy = 0;
  Metrics validation;
  double learning_rate = 0;
  double seconds = 0;  ///< of training, without validation
  double jets_per_second = 0;

  template <class Self, class Visitor>
  static void fields(Self& r, Visitor& visit) {
    visit("epoch", r.epoch, {.not_in = Place::summary | Place::curves});
    visit("loss", r.loss);
    visit("accuracy", r.accuracy);
    // Its curves are drawn beside those of the training, under the same names.
    visit.joined("val_", r.validation, {.not_in = Place::curves});
    visit("learning_rate", r.learning_rate, {.not_in = Place::summary});
    visit("seconds", r.seconds, {.not_in = Place::summary | Place::curves, .digits = 3});
    visit("jets_per_second", r.jets_per_second, {.not_in = Place::summary, .digits = 1});
  }
};

/// One step of a training.
struct StepRecord {
  std::int64_t step = 0;  ///< since the training began, from 1
  double loss = 0;        ///< mean over the batch, with the weights before the step
  double accuracy = 0;    ///< NaN: a regression
  double learning_rate = 0;
  double gradient_norm = 0;  ///< of the batch's mean gradient, before it is clipped to a norm

  template <class Self, class Visitor>
  static void fields(Self& r, Visitor& visit) {
    visit("step", r.step, {.not_in = Place::curves});
    visit("loss", r.loss);
    visit("accuracy", r.accuracy);
    visit("learning_rate", r.learning_rate);
    visit("gradient_norm", r.gradient_norm);
  }
};

}  // namespace jetrain

#pragma once

/// \file
/// The settings of training, and of what goes on beside it.

#include <cstdint>
#include <string>
#include <vector>

#include "config/losses.hpp"
#include "config/optimizers.hpp"
#include "config/reweighting.hpp"
#include "config/rules.hpp"
#include "config/schedules.hpp"
#include "config/stopping.hpp"
#include "config/teacher.hpp"
#include "config/transfer.hpp"
#include "config/words.hpp"
#include "core/allreduce.hpp"

namespace jetrain {

/// Of the whole gradient; by value first (Pascanu, Mikolov and Bengio, ICML 2013).
struct ClipConfig {
  double value = 0;
  double norm = 0;
  void fields(auto& visit) {
    visit("value", value, "every component of the gradient to [-value, value]; 0: not", rules::at_least(0));
    visit("norm", norm, "then the whole gradient to this norm, where it is larger; 0: not",
          rules::at_least(0));
  }
};

/// Stochastic weight averaging (Izmailov et al., UAI 2018): the plain mean of the weights at several moments
/// of a training whose learning rate stays up.
struct EqualAverageConfig {
  std::int64_t from_epoch = 0;
  std::int64_t every_steps = 0;
  double learning_rate_factor = 0;
  double anneal_epochs = 1;
  Anneal anneal = Anneal::cosine;
  void fields(auto& visit) {
    visit("from_epoch", from_epoch,
          "the plain mean of the weights at the ends of this epoch and of all behind it (stochastic weight "
          "averaging, Izmailov et al., UAI 2018) is what is validated and kept from then on; batch_norm's "
          "averages are measured anew for it, by a pass over the training set after each epoch; 0: none",
          rules::between(0, rules::kLargestEpoch));
    visit("every_steps", every_steps, "instead of epochs' ends: the weights after each so many steps of them",
          rules::at_least(0));
    visit("learning_rate_factor", learning_rate_factor,
          "from the beginning of from_epoch on the learning rate goes to so many times the optimizer's and "
          "stays there; 0: the schedule goes on",
          rules::at_least(0));
    visit("anneal_epochs", anneal_epochs, "of the way there, fractions included", rules::at_least(0));
    visit("anneal", anneal, "of that way");
  }
};

/// a <- decay a + (1 - decay) w after each step (Polyak and Juditsky 1992), or a mean of equal shares.
struct AverageConfig {
  double decay = 0;
  EqualAverageConfig equal;
  void fields(auto& visit) {
    visit("decay", decay,
          "exponential moving average of the weights (decay min(decay, (1 + t) / (10 + t)) at step t), which "
          "is then "
          "what is validated and kept; 0: none",
          rules::fraction());
    visit("equal", equal, "the other way to average; one of the two");
  }
};

/// An entry of train.batch_schedule.
struct BatchChange {
  std::int64_t from_epoch = 0;
  std::int64_t batch_size = 0;
  void fields(auto& visit) {
    visit("from_epoch", from_epoch, "the first epoch of this batch", rules::between(2, rules::kLargestEpoch));
    visit("batch_size", batch_size, "of the global batch from then on",
          rules::between(1, rules::kLargestBatch));
  }
};

struct TrainConfig {
  StartConfig start;
  std::vector<std::string> freeze;
  RateFactors learning_rate_factors;
  LossConfig loss;
  ReweightConfig reweight;
  TeacherConfig teacher;
  OptimizerConfig optimizer;
  LookaheadConfig lookahead;
  ScheduleConfig schedule;
  WarmupConfig warmup;
  RateScaling lr_scaling = RateScaling::none;
  std::int64_t lr_base_batch_size = 50;
  ClipConfig clip;
  AverageConfig average;
  std::int64_t batch_size = 50;
  std::vector<BatchChange> batch_schedule;
  std::int64_t epochs = 10;
  Shuffle shuffle = Shuffle::global;
  Allreduce allreduce = Allreduce::hierarchical;
  double straggler_factor = 1.5;
  std::int64_t stall_seconds = 300;
  void fields(auto& visit) {
    visit("start", start, "from weights of another training");
    visit(
        "freeze", freeze,
        "layers that are not trained, by patterns of their names: no gradient is computed of them, nor of "
        "anything below the lowest trained layer; no decay or regulariser moves them; their batch norms use "
        "and keep the running averages, their dropout stays");
    visit("learning_rate_factors", learning_rate_factors,
          "what a layer's learning rate is multiplied by, with all that is coupled to it (weight decay, the "
          "rates of LARS and LAMB), by patterns of names: `{conv2d*: 0.1}`; of several that match a layer, "
          "the most special one counts (the name itself, then the one of most letters)");
    visit("loss", loss, "what is minimised");
    visit("reweight", reweight, "of the training jets by pT and mass");
    visit("teacher", teacher, "soft targets of another tagger, beside the labels or instead of them");
    visit("optimizer", optimizer, "how");
    visit("lookahead", lookahead, "around the optimizer");
    visit("schedule", schedule, "of the learning rate over the epochs");
    visit("warmup", warmup, "of the learning rate");
    visit("lr_scaling", lr_scaling, "of the learning rate where the batch is not lr_base_batch_size");
    visit("lr_base_batch_size", lr_base_batch_size, "the batch that the learning rate is meant for",
          rules::between(1, rules::kLargestBatch));
    visit("clip", clip, "of the gradient");
    visit("average", average, "of the weights");
    visit("batch_size", batch_size,
          "of the global batch, over all ranks (gradient accumulation is what a larger one already is: it "
          "takes no "
          "more memory)",
          rules::between(1, rules::kLargestBatch));
    visit("batch_schedule", batch_schedule,
          "other batches from later epochs on, in their order: a larger batch in place of a lower learning "
          "rate "
          "(Smith et al., ICLR 2018)");
    visit("epochs", epochs, "at most", rules::at_least(1));
    visit("shuffle", shuffle, "the order of the jets");
    visit("allreduce", allreduce, "of the gradients; the same bits");
    visit("straggler_factor", straggler_factor,
          "a rank that takes more than so many times the median rank's time for the same work is named, in "
          "each "
          "epoch; 0: none is",
          rules::Rule{"above 1, or 0", [](double factor) {
                        return factor == 0 || factor > 1 ? std::string()
                                                         : std::string("must be above 1, or 0 (name none)");
                      }});
    visit("stall_seconds", stall_seconds, "a rank without progress for so long ends the job; 0: never",
          rules::at_least(0));
  }
};

struct ValidationConfig {
  ValidationRanks ranks = ValidationRanks::root;
  void fields(auto& visit) { visit("ranks", ranks, "who validates; the same bits"); }
};

struct CheckpointConfig {
  std::int64_t every_steps = 0;
  std::int64_t every_seconds = 600;
  std::int64_t keep = 2;
  void fields(auto& visit) {
    visit("every_steps", every_steps, "a checkpoint after so many steps; 0: not by steps",
          rules::at_least(0));
    visit("every_seconds", every_seconds, "a checkpoint after so many seconds; 0: not by time",
          rules::at_least(0));
    visit("keep", keep, "how many of the newest stay on disk", rules::at_least(1));
  }
};

struct LogConfig {
  bool tensorboard = false;
  std::int64_t every_steps = 1;
  std::int64_t every_epochs = 1;
  void fields(auto& visit) {
    visit("tensorboard", tensorboard, "events for TensorBoard, in the run's folder tensorboard");
    visit("every_steps", every_steps, "a step's values after each so many steps; 0: none",
          rules::at_least(0));
    visit("every_epochs", every_epochs,
          "histograms and images of the weights after each so many epochs; 0: none", rules::at_least(0));
  }
};

}  // namespace jetrain

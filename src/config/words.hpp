#pragma once

/// \file
/// What a config says by a word, as enumerations (core/word.hpp tells how one gets its words). To add a word,
/// add its value and the line in `word_of`: the compiler then names every switch that must know it.

#include <cstdint>

#include "core/word.hpp"

namespace jetrain {

// Of layers.

/// The function after a layer; with settings of its own it stands as a layer (config/layers.hpp).
enum class LayerActivation { linear, relu, leaky_relu, elu, gelu, tanh, sigmoid, softmax };
constexpr Word word_of(LayerActivation activation) {
  switch (activation) {
    case LayerActivation::linear:
      return {"linear"};
    case LayerActivation::relu:
      return {"relu"};
    case LayerActivation::leaky_relu:
      return {"leaky_relu"};
    case LayerActivation::elu:
      return {"elu"};
    case LayerActivation::gelu:
      return {"gelu"};
    case LayerActivation::tanh:
      return {"tanh"};
    case LayerActivation::sigmoid:
      return {"sigmoid"};
    case LayerActivation::softmax:
      return {"softmax"};
  }
  return {};
}

enum class Padding { valid, same };
constexpr Word word_of(Padding padding) {
  switch (padding) {
    case Padding::valid:
      return {"valid", "whole windows only"};
    case Padding::same:
      return {"same", "zeros around, so that stride 1 keeps the size"};
  }
  return {};
}

/// What is added to a residual layer's output.
enum class Shortcut { automatic, identity, projection };
constexpr Word word_of(Shortcut shortcut) {
  switch (shortcut) {
    case Shortcut::automatic:
      return {"auto", "the input, or, where shapes differ, a projection"};
    case Shortcut::identity:
      return {"identity", "the input"};
    case Shortcut::projection:
      return {"projection", "a 1x1 convolution (of vectors: a dense layer)"};
  }
  return {};
}

// Of data.

enum class SplitMethod { tail, random, column, files };
constexpr Word word_of(SplitMethod method) {
  switch (method) {
    case SplitMethod::tail:
      return {"tail", "the last rows validate"};
    case SplitMethod::random:
      return {"random", "rows drawn by the seed validate"};
    case SplitMethod::column:
      return {"column", "the file's ttv column says"};
    case SplitMethod::files:
      return {"files", "each set has files of its own"};
  }
  return {};
}

enum class LimitTake { balanced, leading };
constexpr Word word_of(LimitTake take) {
  switch (take) {
    case LimitTake::balanced:
      return {"balanced", "the first half of that number of each class"};
    case LimitTake::leading:
      return {"leading", "the first rows"};
  }
  return {};
}

enum class BadRow { error, skip };
constexpr Word word_of(BadRow handling) {
  switch (handling) {
    case BadRow::error:
      return {"error", "ends the run"};
    case BadRow::skip:
      return {"skip", "is left out, and counted"};
  }
  return {};
}

enum class NegativeWeights { error, keep, zero };
constexpr Word word_of(NegativeWeights handling) {
  switch (handling) {
    case NegativeWeights::error:
      return {"error", "ends the run"};
    case NegativeWeights::keep:
      return {"keep", "counts with its sign, as generators of higher order mean it"};
    case NegativeWeights::zero:
      return {"zero", "counts as 0"};
  }
  return {};
}

/// Which part of the rows; `none`: of no part.
enum class Set : std::uint8_t { none = 0, train = 1, validation = 2, test = 3 };
constexpr Word word_of(Set set) {
  switch (set) {
    case Set::none:
      return {"none"};
    case Set::train:
      return {"train"};
    case Set::validation:
      return {"validation"};
    case Set::test:
      return {"test"};
  }
  return {};
}

/// The order in which images of plain arrays stand in files.
enum class ArrayLayout { channels_first, channels_last };
constexpr Word word_of(ArrayLayout layout) {
  switch (layout) {
    case ArrayLayout::channels_first:
      return {"channels_first", "(N, C, H, W), as PyTorch has them"};
    case ArrayLayout::channels_last:
      return {"channels_last",
              "(N, H, W, C), as Keras has them; brought into the other order as they are read"};
  }
  return {};
}

// Of training.

/// How the learning rate follows the global batch.
enum class RateScaling { none, linear, sqrt };
constexpr Word word_of(RateScaling scaling) {
  switch (scaling) {
    case RateScaling::none:
      return {"none", "it does not"};
    case RateScaling::linear:
      return {"linear", "multiplied by the ratio of the batches (Goyal et al., arXiv:1706.02677)"};
    case RateScaling::sqrt:
      return {"sqrt", "by its root (Krizhevsky, arXiv:1404.5997)"};
  }
  return {};
}

/// How the learning rate goes from one value to another.
enum class Anneal { linear, cosine };
constexpr Word word_of(Anneal anneal) {
  switch (anneal) {
    case Anneal::linear:
      return {"linear", "straight"};
    case Anneal::cosine:
      return {"cosine", "along half a cosine"};
  }
  return {};
}

enum class Shuffle { global, local, none };
constexpr Word word_of(Shuffle shuffle) {
  switch (shuffle) {
    case Shuffle::global:
      return {"global", "a new order of all jets each epoch"};
    case Shuffle::local:
      return {"local", "each rank keeps its jets, so the order depends on the number of ranks"};
    case Shuffle::none:
      return {"none", "the file's order"};
  }
  return {};
}

enum class ValidationRanks { root, all };
constexpr Word word_of(ValidationRanks ranks) {
  switch (ranks) {
    case ValidationRanks::root:
      return {"root", "rank 0 alone"};
    case ValidationRanks::all:
      return {"all", "all ranks share the forward passes"};
  }
  return {};
}

/// How a search draws its parameters.
enum class Sampling { random, sobol };
constexpr Word word_of(Sampling sampling) {
  switch (sampling) {
    case Sampling::random:
      return {"random", "each by itself (Bergstra and Bengio, JMLR 13 (2012) 281)"};
    case Sampling::sobol:
      return {
          "sobol",
          "from a Sobol sequence, shifted by the seed: fills the space more evenly, at most 20 parameters "
          "(Joe and Kuo, SIAM J. Sci. Comput. 30 (2008) 2635)"};
  }
  return {};
}

/// A value of an epoch's validation that something waits for.
enum class Monitor { val_loss, val_accuracy, val_auc };
constexpr Word word_of(Monitor monitor) {
  switch (monitor) {
    case Monitor::val_loss:
      return {"val_loss"};
    case Monitor::val_accuracy:
      return {"val_accuracy"};
    case Monitor::val_auc:
      return {"val_auc"};
  }
  return {};
}

}  // namespace jetrain

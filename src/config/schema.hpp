#pragma once

/// \file
/// Which keys there are, written once: the same `fields` functions serve the YAML reader and the YAML writer.
/// A visitor is called as visitor(key, value, rule); a rule returns what is wrong with a value ("" if nothing
/// is).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>

#include "jetrain/config/config.hpp"

namespace jetrain::schema {

inline auto any() {
  return [](const auto&) { return std::string(); };
}
inline auto at_least(auto low) {
  return [low](auto value) {
    return value >= decltype(value)(low) ? std::string()
                                         : fmt::format("must be at least {}, not {}", low, value);
  };
}
inline auto between(auto low, auto high) {
  return [low, high](auto value) {
    return value >= decltype(value)(low) && value <= decltype(value)(high)
               ? std::string()
               : fmt::format("must be from {} to {}, not {}", low, high, value);
  };
}
inline auto positive() {
  return
      [](double value) { return value > 0 ? std::string() : fmt::format("must be above 0, not {}", value); };
}
/// In [0, 1): a fraction that leaves something over.
inline auto fraction() {
  return [](double value) {
    return value >= 0 && value < 1 ? std::string()
                                   : fmt::format("must be at least 0 and below 1, not {}", value);
  };
}
inline auto one_of(std::initializer_list<const char*> allowed) {
  return [words = std::vector<std::string>(allowed.begin(), allowed.end())](const std::string& value) {
    return std::find(words.begin(), words.end(), value) != words.end()
               ? std::string()
               : fmt::format("must be one of {}, not {}", fmt::join(words, ", "), value);
  };
}
inline auto both_between(std::int64_t low, std::int64_t high) {
  return [low, high](const std::array<std::int64_t, 2>& value) {
    const auto good = [&](std::int64_t v) { return v >= low && v <= high; };
    return good(value[0]) && good(value[1])
               ? std::string()
               : fmt::format("must be from {} to {}, not {} x {}", low, high, value[0], value[1]);
  };
}

// Far above what anybody needs, and small enough that no product of them overflows.
inline constexpr std::int64_t kLargestLayer = 1'000'000;
inline constexpr std::int64_t kLargestKernel = 1'000;
inline constexpr std::int64_t kLargestBatch = 1'000'000'000;

template <class Visitor>
void fields(Visitor& visit, SplitConfig& c) {
  visit("method", c.method, one_of({"tail", "random", "column", "files"}));
  visit("validation", c.validation, fraction());
  visit("test", c.test, fraction());
}

template <class Visitor>
void fields(Visitor& visit, LimitConfig& c) {
  visit("jets", c.jets, at_least(0));
  visit("take", c.take, one_of({"balanced", "leading"}));
}

template <class Visitor>
void fields(Visitor& visit, DataConfig& c) {
  visit("files", c.files, any());
  visit("train_files", c.train_files, any());
  visit("validation_files", c.validation_files, any());
  visit("test_files", c.test_files, any());
  visit("split", c.split, any());
  visit("limit", c.limit, any());
  visit("on_bad_row", c.on_bad_row, one_of({"error", "skip"}));
  visit("cache", c.cache, any());
}

template <class Visitor>
void fields(Visitor& visit, ImageConfig& c) {
  visit("bins", c.bins, between(1, 255));
  visit("half_width", c.half_width, positive());
  visit("center", c.center, any());
  visit("rotate", c.rotate, any());
  visit("flip", c.flip, any());
  visit("normalize", c.normalize, one_of({"max", "sum", "none"}));
}

template <class Visitor>
void fields(Visitor& visit, Conv2dConfig& c) {
  visit("filters", c.filters, between(1, kLargestLayer));
  visit("kernel", c.kernel, both_between(1, kLargestKernel));
  visit("padding", c.padding, one_of({"valid", "same"}));
  visit("activation", c.activation, one_of({"linear", "relu"}));
}
template <class Visitor>
void fields(Visitor& visit, MaxPool2dConfig& c) {
  visit("size", c.size, at_least(1));
}
template <class Visitor>
void fields(Visitor&, FlattenConfig&) {}
template <class Visitor>
void fields(Visitor& visit, DenseConfig& c) {
  visit("units", c.units, between(1, kLargestLayer));
  visit("activation", c.activation, one_of({"linear", "relu", "softmax"}));
}
template <class Visitor>
void fields(Visitor&, ReluConfig&) {}
template <class Visitor>
void fields(Visitor&, SoftmaxConfig&) {}

template <class Visitor>
void fields(Visitor& visit, ModelConfig& c) {
  visit("layers", c.layers, any());
}

template <class Visitor>
void fields(Visitor& visit, AdamConfig& c) {
  visit("learning_rate", c.learning_rate, positive());
  visit("beta_1", c.beta_1, fraction());
  visit("beta_2", c.beta_2, fraction());
  visit("epsilon", c.epsilon, positive());
}

template <class Visitor>
void fields(Visitor& visit, TrainConfig& c) {
  visit("loss", c.loss, one_of({"cross_entropy"}));
  visit("optimizer", c.optimizer, any());
  visit("batch_size", c.batch_size, between(1, kLargestBatch));
  visit("epochs", c.epochs, at_least(1));
  visit("shuffle", c.shuffle, one_of({"global", "local", "none"}));
  visit("stall_seconds", c.stall_seconds, at_least(0));
}

template <class Visitor>
void fields(Visitor& visit, ValidationConfig& c) {
  visit("ranks", c.ranks, one_of({"root", "all"}));
}

template <class Visitor>
void fields(Visitor& visit, EarlyStoppingConfig& c) {
  visit("enabled", c.enabled, any());
  visit("monitor", c.monitor, one_of({"val_loss", "val_accuracy", "val_auc"}));
  visit("patience", c.patience, at_least(0));
  visit("min_delta", c.min_delta, at_least(0));
  visit("restore_best", c.restore_best, any());
}

template <class Visitor>
void fields(Visitor& visit, CheckpointConfig& c) {
  visit("every_steps", c.every_steps, at_least(0));
  visit("every_seconds", c.every_seconds, at_least(0));
  visit("keep", c.keep, at_least(1));
}

template <class Visitor>
void fields(Visitor& visit, Config& c) {
  visit("seed", c.seed, any());
  visit("data", c.data, any());
  visit("image", c.image, any());
  visit("model", c.model, any());
  visit("train", c.train, any());
  visit("validation", c.validation, any());
  visit("early_stopping", c.early_stopping, any());
  visit("checkpoint", c.checkpoint, any());
}

/// The YAML names of alternatives: `- conv2d: {...}`, `optimizer: {adam: {...}}`.
template <class T>
constexpr const char* kind_name() {
  if constexpr (std::is_same_v<T, Conv2dConfig>) return "conv2d";
  if constexpr (std::is_same_v<T, MaxPool2dConfig>) return "max_pool2d";
  if constexpr (std::is_same_v<T, FlattenConfig>) return "flatten";
  if constexpr (std::is_same_v<T, DenseConfig>) return "dense";
  if constexpr (std::is_same_v<T, ReluConfig>) return "relu";
  if constexpr (std::is_same_v<T, SoftmaxConfig>) return "softmax";
  if constexpr (std::is_same_v<T, AdamConfig>) return "adam";
}

}  // namespace jetrain::schema

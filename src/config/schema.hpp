#pragma once

/// \file
/// Which keys there are, written once: the same `fields` functions serve the YAML reader and the YAML writer.
/// A visitor is called as visitor(key, value, rule). Layers, optimizers and the like say theirs themselves
/// (config/layers.hpp).

#include "config/config.hpp"
#include "config/rules.hpp"

namespace jetrain::schema {

using namespace rules;

template <class Visitor, class T>
requires requires(Visitor& visit, T& c) {
  c.fields(visit);
}
void fields(Visitor& visit, T& c) {
  c.fields(visit);
}

template <class Visitor, class T>
requires std::is_empty_v<T>
void fields(Visitor&, T&) {}

template <class Visitor>
void fields(Visitor& visit, SplitConfig& c) {
  visit("method", c.method, any());
  visit("validation", c.validation, fraction());
  visit("test", c.test, fraction());
}

template <class Visitor>
void fields(Visitor& visit, LimitConfig& c) {
  visit("jets", c.jets, at_least(0));
  visit("take", c.take, any());
}

template <class Visitor>
void fields(Visitor& visit, ArraysConfig& c) {
  visit("features", c.features, any());
  visit("labels", c.labels, any());
  visit("shape", c.shape, [](const std::vector<std::int64_t>& shape) {
    const bool good = shape.empty() || ((shape.size() == 1 || shape.size() == 3) &&
                                        std::all_of(shape.begin(), shape.end(),
                                                    [](std::int64_t n) { return n >= 1 && n <= 65536; }));
    return good ? std::string() : std::string("must be [features] or [channels, rows, columns]");
  });
  visit("targets", c.targets, between(0, 65536));
}

template <class Visitor>
void fields(Visitor& visit, DataConfig& c) {
  visit("files", c.files, any());
  visit("train_files", c.train_files, any());
  visit("validation_files", c.validation_files, any());
  visit("test_files", c.test_files, any());
  visit("split", c.split, any());
  visit("arrays", c.arrays, any());
  visit("high_level", c.high_level, any());
  visit("limit", c.limit, any());
  visit("on_bad_row", c.on_bad_row, any());
  visit("cache", c.cache, any());
}

template <class Visitor>
void fields(Visitor& visit, ImageConfig& c) {
  visit("bins", c.bins, between(1, 255));
  visit("channels", c.channels, [](const auto& channels) {
    return channels.empty() ? std::string("names no channel; the notebook's is [pt]") : std::string();
  });
  visit("half_width", c.half_width, positive());
  visit("center", c.center, any());
  visit("rotate", c.rotate, any());
  visit("flip", c.flip, any());
  visit("normalize", c.normalize, any());
}

template <class Visitor>
void fields(Visitor& visit, AugmentationConfig& c) {
  visit("flip", c.flip, any());
  visit("rotate_degrees", c.rotate_degrees, between(0, 180));
  visit("smear", c.smear, at_least(0));
  visit("smear_pt", c.smear_pt, fraction());
}

template <class Visitor>
void fields(Visitor& visit, ModelConfig& c) {
  visit("layers", c.layers, any());
  visit("initializer", c.initializer, any());
  visit("regularizer", c.regularizer, any());
}

template <class Visitor>
void fields(Visitor& visit, TrainConfig& c) {
  visit("loss", c.loss, any());
  visit("optimizer", c.optimizer, any());
  visit("schedule", c.schedule, any());
  visit("warmup", c.warmup, any());
  visit("lr_scaling", c.lr_scaling, any());
  visit("lr_base_batch_size", c.lr_base_batch_size, between(1, kLargestBatch));
  visit("clip", c.clip, any());
  visit("average", c.average, any());
  visit("batch_size", c.batch_size, between(1, kLargestBatch));
  visit("epochs", c.epochs, at_least(1));
  visit("shuffle", c.shuffle, any());
  visit("allreduce", c.allreduce, any());
  visit("straggler_factor", c.straggler_factor, [](double factor) {
    return factor == 0 || factor > 1 ? std::string() : std::string("must be above 1, or 0 (name none)");
  });
  visit("stall_seconds", c.stall_seconds, at_least(0));
}

template <class Visitor>
void fields(Visitor& visit, ValidationConfig& c) {
  visit("ranks", c.ranks, any());
}

template <class Visitor>
void fields(Visitor& visit, EarlyStoppingConfig& c) {
  visit("enabled", c.enabled, any());
  visit("monitor", c.monitor, any());
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
void fields(Visitor& visit, LogConfig& c) {
  visit("tensorboard", c.tensorboard, any());
  visit("every_steps", c.every_steps, at_least(0));
  visit("every_epochs", c.every_epochs, at_least(0));
}

template <class Visitor>
void fields(Visitor& visit, Config& c) {
  visit("seed", c.seed, any());
  visit("data", c.data, any());
  visit("image", c.image, any());
  visit("augmentation", c.augmentation, any());
  visit("model", c.model, any());
  visit("train", c.train, any());
  visit("validation", c.validation, any());
  visit("early_stopping", c.early_stopping, any());
  visit("checkpoint", c.checkpoint, any());
  visit("log", c.log, any());
  visit("study", c.study, any());
}

}  // namespace jetrain::schema

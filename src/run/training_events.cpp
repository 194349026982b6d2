#include "run/training_events.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "telemetry/first_filters.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kMostChannels = 8;

void add_weights(EventFile& file, std::int64_t epoch, const Model& model) {
  for (const ParameterView& view : model.parameter_views()) {
    const auto offset = static_cast<std::size_t>(view.offset);
    file.histogram(epoch, view.layer + "/" + view.spec.name,
                   model.parameters().subspan(offset, static_cast<std::size_t>(view.spec.size())));
  }
  const ParameterView* kernel = first_filters(model);
  if (kernel == nullptr) return;
  const std::int64_t channels = kernel->spec.shape[2];
  for (std::int64_t c = 0; c < std::min(channels, kMostChannels); ++c) {
    const std::string tag = kernel->layer + "/filters";
    file.image(epoch, channels == 1 ? tag : fmt::format("{}/channel_{}", tag, c),
               filter_picture(model, *kernel, c));
  }
}

/// A record's values, under Keras' names.
std::vector<Scalar> scalars(const char* prefix, const auto& record) {
  std::vector<Scalar> all;
  for_each_field(record, Place::curves, [&](const std::string& name, auto value, const FieldTraits&) {
    all.push_back({prefix + name, static_cast<double>(value)});
  });
  return all;
}

}  // namespace

/// Calls events(files) while there are files.
void TrainingEvents::write(const auto& events) {
  if (!files_) return;
  try {
    events(*files_);
  } catch (const DataError& error) {
    give_up(error);
  }
}

TrainingEvents::TrainingEvents(const LogConfig& config, const std::string& folder, Log& log)
    : config_(config), log_(log) {
  try {
    files_.emplace(folder);
  } catch (const DataError& error) {
    give_up(error);
  }
}

void TrainingEvents::give_up(const DataError& error) {
  log_.warning(fmt::format("no TensorBoard events from here on: {}; the training goes on", error.what()));
  files_.reset();
}

void TrainingEvents::step(const StepRecord& r) {
  if (config_.every_steps == 0 || r.step % config_.every_steps != 0) return;
  write([&](Files& files) { files.train.scalars(r.step, scalars("batch_", r)); });
}

void TrainingEvents::epoch(const EpochRecord& r, const Model& model) {
  write([&](Files& files) {
    files.train.scalars(r.epoch, scalars("epoch_", r));
    files.validation.scalars(r.epoch, scalars("epoch_", r.validation));
    if (config_.every_epochs > 0 && r.epoch % config_.every_epochs == 0)
      add_weights(files.train, r.epoch, model);
    files.train.flush();
    files.validation.flush();
  });
}

}  // namespace jetrain

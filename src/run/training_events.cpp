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

void TrainingEvents::on_step(const StepEnd& end) {
  const StepRecord& r = end.record;
  if (config_.every_steps == 0 || r.step % config_.every_steps != 0) return;
  write([&](Files& files) {
    files.train.scalars(r.step, {{"batch_loss", r.loss},
                                 {"batch_accuracy", r.accuracy},
                                 {"batch_learning_rate", r.learning_rate},
                                 {"batch_gradient_norm", r.gradient_norm}});
  });
}

void TrainingEvents::on_epoch(const EpochEnd& end) {
  const EpochRecord& r = end.record;
  write([&](Files& files) {
    files.train.scalars(r.epoch, {{"epoch_loss", r.loss},
                                  {"epoch_accuracy", r.accuracy},
                                  {"epoch_learning_rate", r.learning_rate},
                                  {"epoch_jets_per_second", r.jets_per_second}});
    files.validation.scalars(r.epoch, {{"epoch_loss", r.validation.loss},
                                       {"epoch_accuracy", r.validation.accuracy},
                                       {"epoch_auc", r.validation.auc},
                                       {"epoch_rejection_30", r.validation.rejection_30},
                                       {"epoch_rejection_50", r.validation.rejection_50}});
    if (config_.every_epochs > 0 && r.epoch % config_.every_epochs == 0)
      add_weights(files.train, r.epoch, end.model);
    files.train.flush();
    files.validation.flush();
  });
}

}  // namespace jetrain

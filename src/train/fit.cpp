#include "jetrain/train/fit.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <string>

#include "jetrain/core/error.hpp"
#include "jetrain/core/stopwatch.hpp"
#include "jetrain/data/batch_feeder.hpp"
#include "jetrain/data/epoch_order.hpp"
#include "jetrain/kernels/exact_sum.hpp"
#include "jetrain/optim/optimizer.hpp"
#include "jetrain/train/early_stopping.hpp"
#include "jetrain/train/gradient_step.hpp"
#include "jetrain/train/model_file.hpp"

namespace jetrain {
namespace {

/// The update of the replica, its parameters shared out over threads in blocks that start at multiples of 16.
void update_parameters(Optimizer& optimizer, Model& model, const std::int64_t* sums,
                       std::int64_t batch_samples) {
  constexpr std::int64_t kBlock = 4096;
  const std::int64_t count = model.parameter_count();
  const double scale = kernels::kExactUnit / static_cast<double>(batch_samples);
  float* parameters = model.parameters().data();
  optimizer.begin_step();
#pragma omp parallel for schedule(static)
  for (std::int64_t begin = 0; begin < count; begin += kBlock) {
    optimizer.update({begin, std::min(begin + kBlock, count)}, parameters, sums, scale);
  }
}

/// One run through the training set.
class EpochRunner {
 public:
  EpochRunner(const Config& config, Model& model, const ImageSet& train, bool profile,
              const Communicator& comm, Log& log)
      : config_(config),
        model_(model),
        train_(train),
        plan_{train.total(), config.train.batch_size, comm.size()},
        optimizer_(make_optimizer(config.train.optimizer, model.parameter_count())),
        step_(model, omp_get_max_threads(), profile, comm),
        feeder_(train, plan_, comm),
        log_(log) {}

  EpochRecord run(std::int64_t epoch) {
    const Stopwatch watch;
    LapTimer timer(true);
    feeder_.start_epoch(epoch_order(config_.train.shuffle, config_.seed, static_cast<std::uint32_t>(epoch),
                                    plan_, train_.begins));
    timer.lap(order_seconds_);
    double loss = 0;  // batches are added in their order, the same on every rank
    std::int64_t correct = 0;
    for (std::int64_t b = 0; b < plan_.batches(); ++b) {
      step_.run(feeder_.samples(b), plan_.leaves(b));
      if (step_.bad_layer() >= 0) refuse_diverged(epoch, b);
      const Stopwatch update_watch;
      update_parameters(*optimizer_, model_, step_.gradient_sums(), plan_.batch(b).size());
      optimizer_seconds_ += update_watch.seconds();
      loss += kernels::exact_value(step_.loss_sum());
      correct += step_.correct();
      show_progress(epoch, b, loss, watch.seconds());
    }
    EpochRecord record;
    record.epoch = epoch;
    record.loss = loss / static_cast<double>(plan_.samples);
    record.accuracy = static_cast<double>(correct) / static_cast<double>(plan_.samples);
    record.learning_rate = optimizer_->learning_rate();
    record.seconds = watch.seconds();
    seconds_ += record.seconds;
    record.jets_per_second = static_cast<double>(plan_.samples) / record.seconds;
    return record;
  }

  void add_times(std::map<std::string, double>& seconds) const {
    seconds["compute"] = step_.compute_seconds();
    seconds["allreduce"] = step_.allreduce_seconds();
    seconds["redistribute"] = feeder_.seconds();
  }

  /// What the epochs' and their validation's time went into, as a table on rank 0. Collective.
  std::string profile(const Phase& validate, const Communicator& comm) const {
    std::vector<Phase> phases = step_.phases();
    phases.push_back({"optimizer", optimizer_seconds_, 0});
    phases.push_back({"shuffle: order", order_seconds_, 0});
    phases.push_back({"shuffle: redistribution", feeder_.seconds(), 0});
    phases.push_back(validate);
    return profile_table(std::move(phases), seconds_ + validate.seconds, omp_get_max_threads(), comm);
  }

 private:
  void show_progress(std::int64_t epoch, std::int64_t b, double loss, double seconds) {
    if (!log_.shows_progress() || (shown_.seconds() < 0.2 && b + 1 < plan_.batches())) return;
    shown_.restart();
    const std::int64_t done = plan_.batch(b).last;
    const double rate = static_cast<double>(done) / seconds;
    constexpr std::int64_t kWidth = 30;
    const auto filled = static_cast<std::size_t>(kWidth * (b + 1) / plan_.batches());
    log_.progress(fmt::format("epoch {:3}  [{:<30}]  loss {:.4f}  {:.0f} jets/s  {:.0f} s left", epoch,
                              std::string(filled, '='), loss / static_cast<double>(done), rate,
                              static_cast<double>(plan_.samples - done) / rate));
  }

  [[noreturn]] void refuse_diverged(std::int64_t epoch, std::int64_t b) const {
    throw CollectiveError(
        fmt::format("the training diverged in epoch {}, step {} of {}: a gradient of layer {} is not finite "
                    "or too large "
                    "(learning rate {}): lower the learning rate{}",
                    epoch, b + 1, plan_.batches(),
                    model_.layer_names()[static_cast<std::size_t>(step_.bad_layer())],
                    optimizer_->learning_rate(), epoch > 1 ? "; the best weights so far are in best.h5" : ""),
        ExitStatus::failed);
  }

  const Config& config_;
  Model& model_;
  const ImageSet& train_;
  BatchPlan plan_;
  std::unique_ptr<Optimizer> optimizer_;
  GradientStep step_;
  BatchFeeder feeder_;
  Log& log_;
  Stopwatch shown_;
  double optimizer_seconds_ = 0;
  double order_seconds_ = 0;
  double seconds_ = 0;  ///< of all epochs
};

std::string epoch_line(const EpochRecord& r, std::int64_t epochs, bool best) {
  return fmt::format(
      "epoch {:3}/{}  loss {:.4f}  acc {:.4f}  val_loss {:.4f}  val_acc {:.4f}  val_auc {:.4f}  "
      "1/eB(0.3) {:.0f}  {:.1f} s  {:.0f} jets/s{}",
      r.epoch, epochs, r.loss, r.accuracy, r.validation.loss, r.validation.accuracy, r.validation.auc,
      r.validation.rejection_30, r.seconds, r.jets_per_second, best ? "  *" : "");
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

RunResult fit(const Config& config, Model& model, const ImageSet& train, const Validation& validation,
              const Communicator& comm, RunDirectory* run, bool profile, Log& log) {
  EpochRunner epochs(config, model, train, profile, comm, log);
  EarlyStopping stopping(config.early_stopping);
  std::vector<float> kept(model.parameters().begin(), model.parameters().end());
  RunResult result;
  std::vector<double> rates;
  double validate_seconds = 0;

  for (std::int64_t epoch = 1; epoch <= config.train.epochs; ++epoch) {
    EpochRecord record = epochs.run(epoch);
    const Stopwatch watch;
    record.validation = validation.run(model);
    validate_seconds += watch.seconds();

    const bool best = stopping.improved(record.validation);
    const bool keep = best || !config.early_stopping.restore_best;
    if (keep) {
      kept.assign(model.parameters().begin(), model.parameters().end());
      result.best = record;
    }
    comm.agree([&] {
      if (run == nullptr) return;
      run->append_history(record);
      if (keep) save_model(run->file("best.h5"), config, model, kept);
    });
    log.line(epoch_line(record, config.train.epochs, best));
    rates.push_back(record.jets_per_second);
    result.epochs = epoch;
    if (stopping.should_stop() && epoch < config.train.epochs) {
      log.line(fmt::format("stopped: {} has not improved for {} epochs", config.early_stopping.monitor,
                           config.early_stopping.patience));
      break;
    }
  }

  if (profile) {
    const double flops = static_cast<double>(result.epochs) * validation.flops(model);
    log.line(epochs.profile({"validate", validate_seconds, flops}, comm));
  }
  std::copy(kept.begin(), kept.end(), model.parameters().begin());
  result.weights_hash = weights_hash(model.parameters());
  result.parameters = model.parameter_count();
  result.jets_per_second = median(rates);
  result.seconds["validate"] = validate_seconds;
  epochs.add_times(result.seconds);
  return result;
}

}  // namespace jetrain

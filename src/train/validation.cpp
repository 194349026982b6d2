#include "train/validation.hpp"

#include <omp.h>

#include <algorithm>
#include <map>
#include <utility>

#include "batches/redistribute.hpp"
#include "core/checked_cast.hpp"
#include "core/stopwatch.hpp"
#include "inference/scoring.hpp"
#include "kernels/lanes.hpp"

namespace jetrain {

Validation::Validation(const ValidationConfig& config, SampleSet set, const Communicator& comm)
    : share_(config.ranks == ValidationRanks::all), set_(std::move(set)), comm_(comm) {
  const auto borders = share_ ? even_borders : root_borders;
  redistribute(set_, borders(set_.total(), comm_.size()), comm_);
  if (!share_) return;
  std::vector<std::uint8_t> labels;
  std::vector<float> weights;
  for (std::int64_t i = 0; i < set_.samples.size(); ++i) {
    labels.push_back(set_.samples[i].label);
    weights.push_back(set_.samples[i].weight);
  }
  labels_ = comm.gather(std::span<const std::uint8_t>(labels));
  weights_ = comm.gather(std::span<const float>(weights));
  if (std::all_of(weights_.begin(), weights_.end(), [](float weight) { return weight == 1; })) weights_ = {};
}

ScoredJets Validation::score(const Model& model) {
  const Stopwatch watch;
  ScoredJets scored =
      score_samples(model, set_.samples.size(), [&](std::int64_t i) { return set_.samples[i]; });
  own_.seconds += watch.seconds();
  own_.work += static_cast<double>(ceil_divide(set_.samples.size(), kLanes * omp_get_max_threads()));
  if (share_) {
    scored.scores = comm_.gather(std::span<const float>(scored.scores));
    scored.labels = labels_;
    scored.weights = weights_;
    scored.predicted = comm_.gather(std::span<const std::uint8_t>(scored.predicted));
    scored.outputs = comm_.gather(std::span<const float>(scored.outputs));
    comm_.sum(scored.loss_sum.words());
  }
  return scored;
}

Metrics Validation::run(const Model& model) {
  const ScoredJets scored = score(model);
  Metrics metrics;
  const Stopwatch metrics_watch;
  if (comm_.is_root()) metrics = compute_metrics(scored);
  metrics_seconds_ += metrics_watch.seconds();
  comm_.broadcast(std::span(&metrics, 1));
  return metrics;
}

OwnTime Validation::take_own_time() {
  OwnTime taken = std::exchange(own_, {});
  taken.phase = "validation";
  return taken;
}

double Validation::flops(const Model& model) const {
  std::map<std::int64_t, std::int64_t> samples_of;  // by constituents; all others have none
  for (std::int64_t i = 0; i < set_.samples.size(); ++i) ++samples_of[set_.samples[i].constituents.rows()];
  double flops = 0;
  for (const auto& [constituents, samples] : samples_of)
    flops +=
        2.0 * static_cast<double>(model.multiply_adds_forward(constituents)) * static_cast<double>(samples);
  return flops;
}

}  // namespace jetrain

#include "statistics/ensemble.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/order_statistics.hpp"
#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

void require_same_jets(const ScoreSet& first, const ScoreSet& other) {
  const std::string both = fmt::format("{} and {} are not of the same jets", first.name, other.name);
  if (first.scores.size() != other.scores.size())
    throw DataError(fmt::format("{}: {} and {} rows", both, first.scores.size(), other.scores.size()));
  if (first.classes != other.classes)
    throw DataError(fmt::format(
        "{}: the one has scores of {} classes, the other of {}, or they are called differently", both,
        std::max<std::size_t>(2, first.classes.size()), std::max<std::size_t>(2, other.classes.size())));
  if (first.signal != other.signal)
    throw DataError(
        fmt::format("{} and {} do not have the same signal: {} and {} (--signal names one for all)",
                    first.name, other.name, first.classes[static_cast<std::size_t>(first.signal)],
                    other.classes[static_cast<std::size_t>(other.signal)]));
  const bool numbered = !first.rows.empty() && !other.rows.empty();
  for (std::size_t i = 0; i < first.scores.size(); ++i) {
    if (numbered && first.rows[i] != other.rows[i]) {
      throw DataError(fmt::format("{} in the same order: entry {} is row {} in the one, row {} in the other",
                                  both, i, first.rows[i], other.rows[i]));
    }
    if (first.labels[i] != other.labels[i]) {
      throw DataError(
          fmt::format("{} in the same order: the label of entry {} is {} in the one, {} in the other", both,
                      i, first.labels[i], other.labels[i]));
    }
    if (!first.weights.empty() && first.weights[i] != other.weights[i]) {
      throw DataError(
          fmt::format("{} in the same order: the weight of entry {} is {} in the one, {} in the other", both,
                      i, first.weights[i], other.weights[i]));
    }
  }
}

}  // namespace

Ensemble average_scores(std::span<const ScoreSet> models) {
  if (models.size() < 2) throw UsageError("an ensemble is of two files of scores or more");
  Ensemble ensemble;
  ensemble.mean.name = fmt::format("ensemble of {}", models.size());
  ensemble.mean.labels = models.front().labels;
  ensemble.mean.weights = models.front().weights;
  ensemble.mean.classes = models.front().classes;
  ensemble.mean.signal = models.front().signal;
  for (const ScoreSet& model : models) {
    require_same_jets(models.front(), model);
    if (ensemble.mean.rows.empty()) ensemble.mean.rows = model.rows;
  }
  std::vector<double> scores(models.size());
  for (std::size_t i = 0; i < models.front().scores.size(); ++i) {
    for (std::size_t m = 0; m < models.size(); ++m) scores[m] = models[m].scores[i];
    ensemble.mean.scores.push_back(mean(scores));
    ensemble.deviations.push_back(deviation(scores));
  }
  for (std::size_t i = 0; i < models.front().outputs.size(); ++i) {
    for (std::size_t m = 0; m < models.size(); ++m) scores[m] = models[m].outputs[i];
    ensemble.mean.outputs.push_back(mean(scores));
  }
  return ensemble;
}

void write_ensemble(const std::string& path, const Ensemble& ensemble) {
  const std::int64_t rows = std::ssize(ensemble.mean.scores);
  hdf5::write_file(path, hdf5::Seal::none, [&](hid_t file) {
    hdf5::write_array(file, "score", {rows}, ensemble.mean.scores.data());
    hdf5::write_array(file, "deviation", {rows}, ensemble.deviations.data());
    hdf5::write_array(file, "label", {rows}, ensemble.mean.labels.data());
    if (!ensemble.mean.outputs.empty()) {
      const auto classes = std::ssize(ensemble.mean.classes);
      hdf5::write_array(file, "outputs", {rows, classes}, ensemble.mean.outputs.data());
      hdf5::write_attribute(hdf5::Dataset::open(file, "outputs").id(), "classes",
                            fmt::format("{}", fmt::join(ensemble.mean.classes, "\n")));
    }
    if (!ensemble.mean.weights.empty())
      hdf5::write_array(file, "weight", {rows}, ensemble.mean.weights.data());
    if (!ensemble.mean.rows.empty()) hdf5::write_array(file, "row", {rows}, ensemble.mean.rows.data());
  });
}

}  // namespace jetrain

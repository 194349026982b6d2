#include "train/standardization.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "jetrain/error.hpp"
#include "jets/constituent_features.hpp"

namespace jetrain {
namespace {

/// Takes a position and the value that stands there.
using Visit = std::function<void(std::size_t, double)>;

/// One part of the samples, as rows of `size` values each.
struct Part {
  std::size_t size = 0;
  std::int64_t rows = 0;                                       ///< over all ranks
  std::function<void(const SampleView&, const Visit&)> visit;  ///< all values that a sample stores

  /// Of all that this rank's samples store.
  void for_each_value(const SampleSet& set, const Visit& each) const {
    for (std::int64_t i = 0; i < set.samples.size(); ++i) visit(set.samples[i], each);
  }
};

void visit_features(const SampleView& sample, const Visit& visit) {
  for (std::size_t k = 0; k < sample.features.size(); ++k) visit(k, static_cast<double>(sample.features[k]));
}

void visit_entries(const SampleView& sample, const Visit& visit) {
  for (std::size_t k = 0; k < sample.input.positions.size(); ++k)
    visit(sample.input.positions[k], static_cast<double>(sample.input.values[k]));
}

/// What the network sees of each constituent: a row each.
void visit_constituents(const ConstituentFeatures& features, const SampleView& sample, const Visit& visit) {
  const std::int64_t width = features.features();
  std::vector<float> rows(static_cast<std::size_t>(sample.constituents.rows() * width));
  features.compute(sample.constituents.values, sample.constituents.width, sample.jet,
                   {.features = rows.data(), .feature_stride = width});
  for (std::size_t i = 0; i < rows.size(); ++i)
    visit(i % static_cast<std::size_t>(width), static_cast<double>(rows[i]));
}

/// Of what a network's first layers stand on.
Part part_of(const Node& node, const Model& model, const SampleSet& train, const Communicator& comm) {
  const auto size = static_cast<std::size_t>(node.layer->output().size());
  if (node.inputs.front().activation == static_cast<std::size_t>(NetworkInput::features))
    return {size, train.total(), visit_features};
  if (!model.input().shape.has_rows()) return {size, train.total(), visit_entries};
  std::int64_t rows = 0;
  for (std::int64_t i = 0; i < train.samples.size(); ++i) rows += train.samples[i].constituents.rows();
  const ConstituentFeatures features(model.input().constituents, model.input().constituent_columns);
  return {size, comm.sum(rows), [features](const SampleView& sample, const Visit& visit) {
            visit_constituents(features, sample, visit);
          }};
}

/// Sums over the ranks of numbers of this rank, each entry in its own unit: `largest` bounds the entry's
/// addends.
class ExactSums {
 public:
  ExactSums(std::vector<double> largest, std::int64_t addends, const Communicator& comm)
      : units_(std::move(largest)), sums_(units_.size()), comm_(comm) {
    for (double& unit : units_) {
      unit = comm.max(unit);
      // A power of two: the largest sum stays below 2^62.
      if (unit > 0)
        unit =
            std::exp2(std::ceil(std::log2(unit)) + std::ceil(std::log2(static_cast<double>(addends))) - 61);
    }
  }
  void add(std::size_t entry, double value) {
    if (value != 0) sums_[entry] += std::llround(value / units_[entry]);
  }
  std::vector<double> total() {
    comm_.sum(std::span(sums_));
    std::vector<double> values;
    for (std::size_t i = 0; i < sums_.size(); ++i)
      values.push_back(static_cast<double>(sums_[i]) * units_[i]);
    return values;
  }

 private:
  std::vector<double> units_;
  std::vector<std::int64_t> sums_;
  const Communicator& comm_;
};

struct Moments {
  std::vector<double> mean;
  std::vector<double> deviation;
};

/// Values that a sample does not store are 0: they join the sums by their number.
Moments measure(const SampleSet& train, const Part& part, const Communicator& comm) {
  const auto n = static_cast<double>(std::max<std::int64_t>(part.rows, 1));
  std::vector<double> largest(part.size, 0.0);
  std::vector<std::int64_t> stored(part.size, 0);
  part.for_each_value(train, [&](std::size_t p, double value) {
    largest[p] = std::max(largest[p], std::abs(value));
    ++stored[p];
  });
  comm.sum(std::span(stored));
  ExactSums sums(largest, std::max<std::int64_t>(part.rows, 1), comm);
  part.for_each_value(train, [&](std::size_t p, double value) { sums.add(p, value); });
  Moments moments{sums.total(), {}};
  for (double& mean : moments.mean) mean /= n;

  std::vector<double> farthest(part.size, 0.0);
  const auto squared = [&](std::size_t p, double value) {
    return (value - moments.mean[p]) * (value - moments.mean[p]);
  };
  part.for_each_value(
      train, [&](std::size_t p, double value) { farthest[p] = std::max(farthest[p], squared(p, value)); });
  ExactSums squares(farthest, std::max<std::int64_t>(part.rows, 1), comm);
  part.for_each_value(train, [&](std::size_t p, double value) { squares.add(p, squared(p, value)); });
  moments.deviation = squares.total();
  for (std::size_t p = 0; p < part.size; ++p) {
    const double zeros = static_cast<double>(part.rows - stored[p]) * moments.mean[p] * moments.mean[p];
    moments.deviation[p] = std::sqrt((moments.deviation[p] + zeros) / n);
  }
  return moments;
}

}  // namespace

void standardize(const Config& config, Model& model, const SampleSet& train, const Communicator& comm,
                 const std::vector<std::string>& known) {
  for (const Node& node : model.nodes()) {
    const auto* standardizes = std::get_if<StandardizeDescription>(&node.layer->description());
    if (standardizes == nullptr) continue;
    const bool of_input = node.inputs.front().activation == 0;
    if (of_input && config.augmentation.used()) {
      throw CollectiveError(
          node.name + ": jets that are augmented cannot be standardized: leave out one of the two",
          ExitStatus::usage);
    }
    if (std::find(known.begin(), known.end(), node.name) != known.end()) continue;
    const auto size = static_cast<std::size_t>(node.layer->output().size());
    const Moments moments = measure(train, part_of(node, model, train, comm), comm);
    const auto mean = model.parameters().subspan(static_cast<std::size_t>(node.averages), size);
    const auto scale = model.parameters().subspan(static_cast<std::size_t>(node.averages) + size, size);
    for (std::size_t i = 0; i < size; ++i) {
      mean[i] = static_cast<float>(moments.mean[i]);
      scale[i] = static_cast<float>(std::max(moments.deviation[i], standardizes->smallest_deviation));
    }
  }
}

}  // namespace jetrain

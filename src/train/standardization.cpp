#include "train/standardization.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "jetrain/error.hpp"
#include "jets/augmentation.hpp"

namespace jetrain {
namespace {

/// Positions [first, first + count) of the samples.
struct Positions {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Calls visit(position - first, value) for each stored value of this rank's samples.
void for_each_value(const SampleSet& set, const Positions& positions,
                    const std::function<void(std::size_t, double)>& visit) {
  for (std::int64_t i = 0; i < set.samples.size(); ++i) {
    const SampleView sample = set.samples[i];
    for (std::size_t k = 0; k < sample.pixels.size(); ++k) {
      const std::size_t at = sample.pixels[k] - positions.first;  // very large where it is before the first
      if (at < positions.count) visit(at, static_cast<double>(sample.values[k]));
    }
  }
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
Moments measure(const SampleSet& train, const Positions& positions, const Communicator& comm) {
  const std::int64_t samples = train.total();
  const auto n = static_cast<double>(samples);
  std::vector<double> largest(positions.count, 0.0);
  std::vector<std::int64_t> stored(positions.count, 0);
  for_each_value(train, positions, [&](std::size_t p, double value) {
    largest[p] = std::max(largest[p], std::abs(value));
    ++stored[p];
  });
  comm.sum(std::span(stored));
  ExactSums sums(largest, samples, comm);
  for_each_value(train, positions, [&](std::size_t p, double value) { sums.add(p, value); });
  Moments moments{sums.total(), {}};
  for (double& mean : moments.mean) mean /= n;

  std::vector<double> farthest(positions.count, 0.0);
  const auto squared = [&](std::size_t p, double value) {
    return (value - moments.mean[p]) * (value - moments.mean[p]);
  };
  for_each_value(train, positions, [&](std::size_t p, double value) {
    farthest[p] = std::max(farthest[p], squared(p, value));
  });
  ExactSums squares(farthest, samples, comm);
  for_each_value(train, positions, [&](std::size_t p, double value) { squares.add(p, squared(p, value)); });
  moments.deviation = squares.total();
  for (std::size_t p = 0; p < positions.count; ++p) {
    const double zeros = static_cast<double>(samples - stored[p]) * moments.mean[p] * moments.mean[p];
    moments.deviation[p] = std::sqrt((moments.deviation[p] + zeros) / n);
  }
  return moments;
}

}  // namespace

void standardize(const Config& config, Model& model, const SampleSet& train, const Communicator& comm) {
  const auto inputs = static_cast<std::size_t>(model.input().shape.size());
  const bool clouds = config.augmentation.used();
  for (const Node& node : model.nodes()) {
    const auto* standardizes = std::get_if<StandardizeDescription>(&node.layer->description());
    if (standardizes == nullptr) continue;
    const std::size_t input = node.inputs.front().activation;
    if (clouds && input == 0) {
      throw CollectiveError(
          node.name + ": images that are augmented cannot be standardized: leave out one of the two",
          ExitStatus::usage);
    }
    const auto size = static_cast<std::size_t>(node.layer->output().size());
    const std::size_t first = input == 0 ? 0 : clouds ? std::size_t{kCloudPositions} : inputs;
    const Moments moments = measure(train, {first, size}, comm);
    const auto mean = model.parameters().subspan(static_cast<std::size_t>(node.averages), size);
    const auto scale = model.parameters().subspan(static_cast<std::size_t>(node.averages) + size, size);
    for (std::size_t i = 0; i < size; ++i) {
      mean[i] = static_cast<float>(moments.mean[i]);
      scale[i] = static_cast<float>(std::max(moments.deviation[i], standardizes->smallest_deviation));
    }
  }
}

}  // namespace jetrain

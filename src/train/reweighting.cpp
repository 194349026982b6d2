#include "train/reweighting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/exact_total.hpp"
#include "core/untrainable.hpp"
#include "jets/jet_momentum.hpp"

namespace jetrain {
namespace {

/// The number of the bin, or none outside; of an axis without borders 0.
std::optional<std::int64_t> bin_of(const BinEdges& axis, double value) {
  if (!axis.used()) return 0;
  const std::vector<double>& edges = axis.edges;
  if (value == edges.back()) return axis.bins() - 1;
  const auto after = std::upper_bound(edges.begin(), edges.end(), value);
  if (after == edges.begin() || after == edges.end()) return std::nullopt;
  return after - edges.begin() - 1;
}

std::optional<std::int64_t> bin_of(const ReweightBins& bins, const SampleView& sample) {
  const auto pt = bin_of(bins.pt, pt_of_jet(sample.jet));
  const auto mass = bin_of(bins.mass, mass_of_jet(sample.jet));
  if (!pt || !mass) return std::nullopt;
  return *pt * bins.mass.bins() + *mass;
}

/// Sums over all ranks, by class and bin.
class Histograms {
 public:
  Histograms(const ReweightBins& bins, const SampleSet& train, const Communicator& comm)
      : bins_(bins.pt.bins() * bins.mass.bins()) {
    for (std::int64_t i = 0; i < train.samples.size(); ++i)
      classes_ = std::max<std::int64_t>(classes_, train.samples[i].label + 1);
    classes_ = comm.max(classes_);
    weights_.resize(static_cast<std::size_t>(classes_ * bins_));
    jets_.resize(weights_.size());
    for (std::int64_t i = 0; i < train.samples.size(); ++i) {
      const SampleView sample = train.samples[i];
      const auto bin = bin_of(bins, sample);
      if (!bin) {
        ++outside_;
        continue;
      }
      const std::size_t at = place(sample.label, *bin);
      weights_[at].add(static_cast<double>(sample.weight));
      if (sample.weight != 0) ++jets_[at];
    }
    for (ExactTotal& total : weights_) comm.sum(total.words());
    comm.sum(std::span(jets_));
    outside_ = comm.sum(outside_);
  }

  std::int64_t classes() const { return classes_; }
  std::int64_t bins() const { return bins_; }
  std::int64_t outside() const { return outside_; }
  /// Those of weight 0 left out.
  std::int64_t jets(std::int64_t label, std::int64_t bin) const { return jets_[place(label, bin)]; }
  double weight(std::int64_t label, std::int64_t bin) const { return weights_[place(label, bin)].value(); }
  /// One number for all: the weight in all bins over the number of those that have jets.
  double mean() const {
    ExactTotal all;
    for (const ExactTotal& total : weights_) all.add(total);
    const auto filled = std::count_if(jets_.begin(), jets_.end(), [](std::int64_t n) { return n > 0; });
    return filled == 0 ? 0 : all.value() / static_cast<double>(filled);
  }

 private:
  std::size_t place(std::int64_t label, std::int64_t bin) const {
    return static_cast<std::size_t>(label * bins_ + bin);
  }

  std::int64_t classes_ = 0;
  std::int64_t bins_;
  std::vector<ExactTotal> weights_;
  std::vector<std::int64_t> jets_;
  std::int64_t outside_ = 0;
};

void require_positive(const Histograms& histograms, std::int64_t label, std::int64_t bin) {
  if (histograms.weight(label, bin) > 0) return;
  throw Untrainable(fmt::format(
      "train.reweight: the weights of the {} jets of class {} in bin {} sum to {:g}, and must sum "
      "to more than 0: use wider bins, or data.negative_weights: zero",
      histograms.jets(label, bin), label, bin, histograms.weight(label, bin)));
}

/// All but the factors' effect on jets.
Reweighting plan(const ReweightConfig& config, std::int64_t reference, const Histograms& histograms) {
  Reweighting result{config.to, config.bins.pt.edges, config.bins.mass.edges, {}, histograms.outside()};
  const double level = histograms.mean();
  for (std::int64_t label = 0; label < histograms.classes(); ++label) {
    ReweightedClass& each = result.classes.emplace_back();
    for (std::int64_t bin = 0; bin < histograms.bins(); ++bin) {
      const std::int64_t jets = histograms.jets(label, bin);
      if (jets > 0) require_positive(histograms, label, bin);
      const double before = jets > 0 ? histograms.weight(label, bin) : 0;
      const double wanted = reference < 0                         ? level
                            : histograms.jets(reference, bin) > 0 ? histograms.weight(reference, bin)
                                                                  : 0;
      each.jets += jets;
      each.before.push_back(before);
      each.factors.push_back(jets > 0 ? wanted / before : 0);
    }
  }
  return result;
}

/// Refuses a reweighting that leaves nothing of a class, which would not be learned.
void require_weight(const Reweighting& result) {
  for (std::size_t label = 0; label < result.classes.size(); ++label) {
    const ReweightedClass& each = result.classes[label];
    if (each.jets == 0 ||
        std::any_of(each.factors.begin(), each.factors.end(), [](double f) { return f > 0; }))
      continue;
    throw Untrainable(fmt::format(
        "train.reweight: class {} has no training jet in a bin where class {} has one, so that nothing would "
        "be learned of it: use wider bins",
        label, result.to));
  }
}

}  // namespace

Reweighting reweight(const ReweightConfig& config, std::int64_t reference, SampleSet& train,
                     const Communicator& comm) {
  const Histograms histograms(config.bins, train, comm);
  if (histograms.outside() == train.total()) {
    throw Untrainable(
        "train.reweight: no training jet lies in the bins: pT and mass are in GeV, of the sum over a jet's "
        "constituents");
  }
  if (reference >= histograms.classes())
    throw Untrainable(fmt::format("train.reweight.to: no training jet is of class {}", reference));
  Reweighting result = plan(config, reference, histograms);
  require_weight(result);
  for (std::int64_t i = 0; i < train.samples.size(); ++i) {
    const SampleView sample = train.samples[i];
    const auto bin = bin_of(config.bins, sample);
    const double factor = bin ? result.classes[sample.label].factors[static_cast<std::size_t>(*bin)] : 0;
    train.samples.set_weight(i, static_cast<float>(static_cast<double>(sample.weight) * factor));
  }
  return result;
}

}  // namespace jetrain

#include "train/reweighting.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/untrainable.hpp"
#include "sparse_samples.hpp"
#include "train/set_weights.hpp"

namespace jetrain {
namespace {

/// A jet along the first axis.
struct SimpleJet {
  float pt = 0;
  float mass = 0;
  std::uint8_t label = 0;
  float weight = 1;
};

/// 600 jets: signal at larger pT and mass than the background, with weights.
SimpleJet jet_of(std::int64_t number) {
  SimpleJet jet;
  jet.label = static_cast<std::uint8_t>(number % 3 == 0 ? 1 : 0);
  jet.pt = 500 + static_cast<float>((number * 37) % 100) + (jet.label == 1 ? 20.0F : 0.0F);
  jet.mass = 40 + static_cast<float>((number * 53) % 80) + (jet.label == 1 ? 30.0F : 0.0F);
  jet.weight = 0.5F + static_cast<float>(number % 5);
  return jet;
}

template <class JetOf>
SampleSet jets(std::int64_t total, const Communicator& comm, const JetOf& jet_of_number) {
  SampleSet set = test::uneven_set(total, comm);
  const auto me = static_cast<std::size_t>(comm.rank());
  for (std::int64_t i = set.begins[me]; i < set.begins[me + 1]; ++i) {
    const SimpleJet jet = jet_of_number(i);
    const float momentum[] = {std::hypot(jet.pt, jet.mass), jet.pt, 0, 0};
    SampleView sample;
    sample.label = jet.label;
    sample.weight = jet.weight;
    sample.jet = momentum;
    set.samples.append(sample);
  }
  return set;
}

/// The weighted histogram of one class after a reweighting, on all ranks.
std::vector<double> histogram(const SampleSet& set, std::uint8_t label, const std::vector<double>& pt,
                              const Communicator& comm) {
  std::vector<double> sums(pt.size() - 1);
  for (std::int64_t i = 0; i < set.samples.size(); ++i) {
    const SampleView sample = set.samples[i];
    if (sample.label != label) continue;
    for (std::size_t b = 0; b + 1 < pt.size(); ++b) {
      const auto value = static_cast<double>(sample.jet[1]);
      const bool last = b + 2 == pt.size();
      if (value >= pt[b] && (value < pt[b + 1] || (last && value == pt[b + 1])))
        sums[b] += static_cast<double>(sample.weight);
    }
  }
  for (double& sum : sums) {
    double all = 0;
    for (const double part : comm.all_gather(sum)) all += part;
    sum = all;
  }
  return sums;
}

ReweightConfig by_pt(const std::string& to) {
  ReweightConfig config;
  config.to = to;
  config.bins.pt.edges = {500, 530, 560, 600};
  return config;
}

TEST(Reweighting, MakesEachClassFlat) {
  const Communicator world = Communicator::world();
  SampleSet set = jets(600, world, jet_of);
  const ReweightConfig config = by_pt("flat");
  const Reweighting done = reweight(config, -1, set, world);
  const auto signal = histogram(set, 1, config.bins.pt.edges, world);
  const auto background = histogram(set, 0, config.bins.pt.edges, world);
  for (std::size_t b = 0; b < 3; ++b) {
    EXPECT_NEAR(signal[b] / signal[0], 1, 1e-6);
    EXPECT_NEAR(background[b] / signal[0], 1, 1e-6);
  }
  // Jets above 600 GeV, which signal has, do not count.
  std::int64_t outside = 0;
  for (std::int64_t i = 0; i < 600; ++i) outside += jet_of(i).pt > 600 ? 1 : 0;
  EXPECT_EQ(done.outside, outside);
  EXPECT_GT(outside, 10);
  for (std::int64_t i = 0; i < set.samples.size(); ++i) {
    EXPECT_EQ(set.samples[i].weight == 0, set.samples[i].jet[1] > 600);
  }
}

TEST(Reweighting, MakesEachClassFollowOne) {
  const Communicator world = Communicator::world();
  SampleSet before = jets(600, world, jet_of);
  SampleSet set = jets(600, world, jet_of);
  const ReweightConfig config = by_pt("1");
  const Reweighting done = reweight(config, 1, set, world);
  const auto wanted = histogram(before, 1, config.bins.pt.edges, world);
  const auto signal = histogram(set, 1, config.bins.pt.edges, world);
  const auto background = histogram(set, 0, config.bins.pt.edges, world);
  for (std::size_t b = 0; b < 3; ++b) {
    EXPECT_NEAR(signal[b] / wanted[b], 1, 1e-6);
    EXPECT_NEAR(background[b] / wanted[b], 1, 1e-6);
    EXPECT_EQ(done.classes[1].factors[b], 1);
    EXPECT_EQ(done.classes[1].before[b], wanted[b]);
  }
}

TEST(Reweighting, TakesBinsOfBoth) {
  const Communicator world = Communicator::world();
  SampleSet set = jets(600, world, jet_of);
  ReweightConfig config = by_pt("flat");
  config.bins.mass.edges = {40, 90, 150};
  const Reweighting done = reweight(config, -1, set, world);
  ASSERT_EQ(done.classes.size(), 2U);
  ASSERT_EQ(done.classes[0].factors.size(), 6U);
  const double level = done.classes[0].factors[0] * done.classes[0].before[0];
  for (const ReweightedClass& each : done.classes) {
    for (std::size_t b = 0; b < 6; ++b) {
      if (each.before[b] == 0)
        EXPECT_EQ(each.factors[b], 0);
      else
        EXPECT_NEAR(each.factors[b] * each.before[b], level, 1e-9 * level) << b;
    }
  }
}

TEST(Reweighting, GivesTheSameBitsOnAnyNumberOfRanks) {
  const Communicator world = Communicator::world();
  const Communicator alone = Communicator::self();
  SampleSet expected = jets(600, alone, jet_of);
  SampleSet found = jets(600, world, jet_of);
  const Reweighting once = reweight(by_pt("flat"), -1, expected, alone);
  const Reweighting together = reweight(by_pt("flat"), -1, found, world);
  for (std::size_t label = 0; label < 2; ++label) {
    EXPECT_EQ(together.classes[label].factors, once.classes[label].factors);
    EXPECT_EQ(together.classes[label].before, once.classes[label].before);
  }
  const std::int64_t begin = found.begins[static_cast<std::size_t>(world.rank())];
  for (std::int64_t i = 0; i < found.samples.size(); ++i)
    ASSERT_EQ(found.samples[i].weight, expected.samples[begin + i].weight) << begin + i;
}

TEST(Reweighting, TakesTheLastBordersOwnValueIntoTheLastBin) {
  const Communicator self = Communicator::self();
  const float values[] = {499.99F, 500, 529.99F, 530, 600, 600.01F};
  SampleSet set = jets(6, self, [&](std::int64_t i) { return SimpleJet{values[i], 80, 0, 1}; });
  const Reweighting done = reweight(by_pt("flat"), -1, set, self);
  EXPECT_EQ(done.outside, 2);
  EXPECT_EQ(done.classes[0].before, (std::vector<double>{2, 1, 1}));
}

std::string refusal(const ReweightConfig& config, std::int64_t reference, SampleSet set,
                    const Communicator& comm) {
  try {
    reweight(config, reference, set, comm);
  } catch (const Untrainable& error) {
    return error.what();
  }
  return "";
}

TEST(Reweighting, RefusesWhatLeavesNothing) {
  const Communicator world = Communicator::world();
  ReweightConfig far = by_pt("flat");
  far.bins.pt.edges = {1, 2};
  EXPECT_NE(refusal(far, -1, jets(60, world, jet_of), world).find("no training jet lies in the bins"),
            std::string::npos);
  EXPECT_NE(refusal(by_pt("7"), 7, jets(60, world, jet_of), world).find("no training jet is of class 7"),
            std::string::npos);
  const auto negative = [](std::int64_t number) {
    SimpleJet jet = jet_of(number);
    if (jet.pt < 530) jet.weight = -1;
    return jet;
  };
  EXPECT_NE(refusal(by_pt("flat"), -1, jets(60, world, negative), world).find("must sum to more than 0"),
            std::string::npos);
  const auto apart = [](std::int64_t number) {
    SimpleJet jet = jet_of(number);
    jet.pt = jet.label == 1 ? 510 : 570;
    return jet;
  };
  EXPECT_NE(refusal(by_pt("1"), 1, jets(60, world, apart), world).find("nothing would be learned"),
            std::string::npos);
}

}  // namespace
}  // namespace jetrain

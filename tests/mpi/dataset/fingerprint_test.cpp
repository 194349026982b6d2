#include "dataset/fingerprint.hpp"

#include <gtest/gtest.h>

#include "sparse_samples.hpp"

namespace jetrain {
namespace {

TEST(Fingerprint, DoesNotDependOnWhoHoldsWhat) {
  const std::string alone = fingerprint(test::sample_set(101, Communicator::self()), Communicator::self());
  const Communicator world = Communicator::world();
  EXPECT_EQ(fingerprint(test::sample_set(101, world), world), alone);
  EXPECT_EQ(alone.size(), 16U);
}

SampleSet with_samples(const std::vector<std::int64_t>& numbers) {
  SampleSet set;
  set.begins = {0, std::ssize(numbers)};
  for (const std::int64_t number : numbers) set.samples.append(test::NumberedSample(number).view());
  return set;
}

std::string of(const std::vector<std::int64_t>& numbers) {
  return fingerprint(with_samples(numbers), Communicator::self());
}

TEST(Fingerprint, TellsSamplesAndTheirOrderApart) {
  EXPECT_EQ(of({1, 2, 3}), of({1, 2, 3}));
  EXPECT_NE(of({1, 2, 3}), of({1, 2, 4}));
  EXPECT_NE(of({1, 2, 3}), of({2, 1, 3}));
  EXPECT_NE(of({1, 2, 3}), of({1, 2}));
}

TEST(Fingerprint, TellsLabelsApart) {
  SampleSet tops;
  SampleSet others;
  const test::NumberedSample sample(3);
  SampleView view = sample.view();
  view.label = 0;
  others.samples.append(view);
  view.label = 1;
  tops.samples.append(view);
  tops.begins = others.begins = {0, 1};
  EXPECT_NE(fingerprint(tops, Communicator::self()), fingerprint(others, Communicator::self()));
}

TEST(Fingerprint, TellsWeightsApart) {
  SampleSet plain, weighted;
  const test::NumberedSample numbered(5);
  SampleView view = numbered.view();
  plain.samples.append(view);
  view.weight = 2;
  weighted.samples.append(view);
  plain.begins = weighted.begins = {0, 1};
  EXPECT_NE(fingerprint(weighted, Communicator::self()), fingerprint(plain, Communicator::self()));
  SampleSet taught = weighted;
  taught.samples.set_teacher(std::vector{0.25F}, 1);
  EXPECT_NE(fingerprint(taught, Communicator::self()), fingerprint(weighted, Communicator::self()));
  weighted.samples.set_weight(0, 1);
  EXPECT_EQ(fingerprint(weighted, Communicator::self()), fingerprint(plain, Communicator::self()));
}

std::string of_set(const SampleView& sample) {
  SampleSet set;
  set.layout.input = {1, 1, 0};
  set.layout.constituent_columns = 4;
  set.samples.append(sample);
  set.begins = {0, 1};
  return fingerprint(set, Communicator::self());
}

TEST(Fingerprint, TellsSetsAndTheirSumsApart) {
  const test::NumberedSet three(3);
  const test::NumberedSet five(5);
  SampleView sample = three.view();
  const std::string whole = of_set(sample);
  EXPECT_EQ(of_set(test::NumberedSet(3).view()), whole);
  sample.jet = five.view().jet;
  EXPECT_NE(of_set(sample), whole);
  sample = three.view();
  sample.constituents.values = sample.constituents.values.first(8);
  EXPECT_NE(of_set(sample), whole);
}

}  // namespace
}  // namespace jetrain

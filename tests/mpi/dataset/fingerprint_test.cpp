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

}  // namespace
}  // namespace jetrain

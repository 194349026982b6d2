#pragma once

/// \file
/// Sparse samples that can be told apart by a number, for tests of what stores and moves them.

#include <algorithm>
#include <array>
#include <vector>

#include "dataset/sample_loader.hpp"

namespace jetrain::test {

/// Sample `number`: up to six entries of `size` positions, some samples without any.
class NumberedSample {
 public:
  explicit NumberedSample(std::int64_t number, std::int64_t size = 64)
      : label_(static_cast<std::uint8_t>((number * 7 / 3) % 2)) {
    for (std::int64_t i = 0; i < number % 7; ++i) {
      positions_.push_back(static_cast<std::uint16_t>(number % 5 + i * (size - 5) / 7));
      values_.push_back(1.0F / static_cast<float>(number + i + 1));
    }
  }
  SampleView view() const { return {{positions_, values_}, label_}; }

 private:
  std::vector<std::uint16_t> positions_;
  std::vector<float> values_;
  std::uint8_t label_;
};

inline bool equal(const SampleView& a, const SampleView& b) {
  return a.label == b.label && a.weight == b.weight &&
         std::ranges::equal(a.input.positions, b.input.positions) &&
         std::ranges::equal(a.input.values, b.input.values) && std::ranges::equal(a.features, b.features) &&
         std::ranges::equal(a.targets, b.targets) && a.constituents.width == b.constituents.width &&
         std::ranges::equal(a.constituents.values, b.constituents.values) &&
         std::ranges::equal(a.jet, b.jet) && std::ranges::equal(a.teacher, b.teacher);
}

/// A set: up to nine constituents, some samples without any, and their sum. Views are of this object.
class NumberedSet {
 public:
  explicit NumberedSet(std::int64_t number) : label_(static_cast<std::uint8_t>(number % 2)) {
    for (std::int64_t i = 0; i < 4 * (number % 10); ++i)
      values_.push_back(static_cast<float>(number) + 1.0F / static_cast<float>(i + 1));
    for (float& component : jet_) component = static_cast<float>(3 * number);
  }
  SampleView view() const {
    SampleView sample;
    sample.label = label_;
    sample.constituents = {values_, 4};
    sample.jet = jet_;
    return sample;
  }

 private:
  std::vector<float> values_;
  std::array<float, 4> jet_{};
  std::uint8_t label_;
};

inline bool is_sample(const SampleView& sample, std::int64_t number, std::int64_t size = 64) {
  return equal(sample, NumberedSample(number, size).view());
}

/// Borders of 0 ... total-1 over the ranks of `comm`, uneven: rank r has about (r + 1) shares, and the second
/// of several ranks none.
inline SampleSet uneven_set(std::int64_t total, const Communicator& comm) {
  SampleSet set;
  std::int64_t shares = 0;
  const auto weight = [&](int rank) { return comm.size() > 1 && rank == 1 ? 0 : rank + 1; };
  for (int rank = 0; rank < comm.size(); ++rank) shares += weight(rank);
  std::int64_t before = 0;
  for (int rank = 0; rank < comm.size(); ++rank) {
    set.begins.push_back(total * before / shares);
    before += weight(rank);
  }
  set.begins.push_back(total);
  return set;
}

/// Samples 0 ... total-1, spread so.
inline SampleSet sample_set(std::int64_t total, const Communicator& comm, std::int64_t size = 64) {
  SampleSet set = uneven_set(total, comm);
  set.layout.input = {1, 1, size};
  const auto me = static_cast<std::size_t>(comm.rank());
  for (std::int64_t i = set.begins[me]; i < set.begins[me + 1]; ++i) {
    set.samples.append(NumberedSample(i, size).view());
  }
  return set;
}

/// The same samples, of which the one with a number counts as `weight_of(number)` says.
template <class WeightOf>
SampleSet weighted_samples(std::int64_t total, const Communicator& comm, const WeightOf& weight_of) {
  SampleSet set = sample_set(total, comm);
  const std::int64_t begin = set.begins[static_cast<std::size_t>(comm.rank())];
  for (std::int64_t i = 0; i < set.samples.size(); ++i) set.samples.set_weight(i, weight_of(begin + i));
  return set;
}

/// The same of sets.
inline SampleSet set_of_sets(std::int64_t total, const Communicator& comm) {
  SampleSet set = uneven_set(total, comm);
  const auto me = static_cast<std::size_t>(comm.rank());
  for (std::int64_t i = set.begins[me]; i < set.begins[me + 1]; ++i)
    set.samples.append(NumberedSet(i).view());
  return set;
}

}  // namespace jetrain::test

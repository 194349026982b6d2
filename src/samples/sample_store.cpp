#include "samples/sample_store.hpp"

#include <algorithm>

namespace jetrain {

SampleStore::Block::Block() {
  labels.reserve(kBlockSamples);
  for_each_part([&](auto, auto part) { (parts.*part).reserve(kBlockSamples); });
}

void SampleStore::append(const SampleView& sample) {
  if (size_ % kBlockSamples == 0) {
    shrink_to_fit();
    blocks_.emplace_back();
  }
  Block& block = blocks_.back();
  for_each_part([&](auto view, auto part) { (block.parts.*part).append(sample.*view); });
  block.labels.push_back(sample.label);
  ++size_;
  signal_count_ += sample.label;
}

void SampleStore::append(SampleStore&& other) {
  for (std::int64_t i = 0; i < other.size(); ++i) append(other[i]);
  other = {};
}

SampleView SampleStore::operator[](std::int64_t i) const {
  const Block& block = blocks_[static_cast<std::size_t>(i / kBlockSamples)];
  const auto inside = static_cast<std::size_t>(i % kBlockSamples);
  SampleView sample;
  sample.label = block.labels[inside];
  for_each_part([&](auto view, auto part) { sample.*view = (block.parts.*part).view(inside); });
  return sample;
}

void SampleStore::set_weight(std::int64_t i, float weight) {
  Block& block = blocks_[static_cast<std::size_t>(i / kBlockSamples)];
  block.parts.weight.set(static_cast<std::size_t>(i % kBlockSamples), weight);
}

void SampleStore::set_teacher(std::span<const float> probabilities, std::int64_t width) {
  const auto each = static_cast<std::size_t>(width);
  for (Block& block : blocks_) {
    const std::size_t count = block.labels.size() * each;
    block.parts.teacher = VectorPart(probabilities.first(count), each);
    probabilities = probabilities.subspan(count);
  }
}

std::int64_t SampleStore::bytes() const noexcept {
  std::int64_t sum = 0;
  for (const Block& block : blocks_) {
    sum += static_cast<std::int64_t>(block.labels.capacity());
    for_each_part([&](auto, auto part) { sum += (block.parts.*part).bytes(); });
  }
  return sum;
}

void SampleStore::release_before(std::int64_t i) {
  for (; released_ < std::min(i / kBlockSamples, std::ssize(blocks_)); ++released_) {
    Block& block = blocks_[static_cast<std::size_t>(released_)];
    block.labels = {};
    block.parts = {};
  }
}

void SampleStore::shrink_to_fit() {
  if (blocks_.empty()) return;
  for_each_part([&](auto, auto part) { (blocks_.back().parts.*part).shrink_to_fit(); });
}

}  // namespace jetrain

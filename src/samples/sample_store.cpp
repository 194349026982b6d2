#include "samples/sample_store.hpp"

#include <numeric>

namespace jetrain {

void SampleStore::append(const SampleView& image) {
  if (size_ % kBlockImages == 0) {
    shrink_to_fit();
    blocks_.emplace_back();
    blocks_.back().ends.reserve(kBlockImages);
    blocks_.back().labels.reserve(kBlockImages);
  }
  Block& block = blocks_.back();
  block.pixels.insert(block.pixels.end(), image.pixels.begin(), image.pixels.end());
  block.values.insert(block.values.end(), image.values.begin(), image.values.end());
  block.ends.push_back(static_cast<std::uint32_t>(block.pixels.size()));
  block.labels.push_back(image.label);
  ++size_;
  signal_count_ += image.label;
}

void SampleStore::append(SampleStore&& other) {
  for (std::int64_t i = 0; i < other.size(); ++i) append(other[i]);
  other = {};
}

SampleView SampleStore::operator[](std::int64_t i) const {
  const Block& block = blocks_[static_cast<std::size_t>(i / kBlockImages)];
  const auto inside = static_cast<std::size_t>(i % kBlockImages);
  const std::size_t begin = inside == 0 ? 0 : block.ends[inside - 1];
  const std::size_t count = block.ends[inside] - begin;
  return {{block.pixels.data() + begin, count}, {block.values.data() + begin, count}, block.labels[inside]};
}

std::int64_t SampleStore::bytes() const noexcept {
  return std::accumulate(
      blocks_.begin(), blocks_.end(), std::int64_t{0}, [](std::int64_t sum, const Block& block) {
        return sum + static_cast<std::int64_t>(block.ends.capacity() * 4 + block.labels.capacity() +
                                               block.pixels.capacity() * 2 + block.values.capacity() * 4);
      });
}

void SampleStore::shrink_to_fit() {
  if (blocks_.empty()) return;
  blocks_.back().pixels.shrink_to_fit();
  blocks_.back().values.shrink_to_fit();
}

}  // namespace jetrain

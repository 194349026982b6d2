#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "samples/sample_parts.hpp"

namespace jetrain {

/// A growing sequence of samples. Memory comes in blocks, so that growth never copies what is there.
class SampleStore {
 public:
  void append(const SampleView& sample);
  /// Appends all of `other` in its order and leaves it empty.
  void append(SampleStore&& other);

  std::int64_t size() const noexcept { return size_; }
  SampleView operator[](std::int64_t i) const;
  std::int64_t bytes() const noexcept;
  /// Changes one sample's weight.
  void set_weight(std::int64_t i, float weight);
  /// Gives all samples their part `teacher`: (size(), width).
  void set_teacher(std::span<const float> probabilities, std::int64_t width);
  /// Number of samples with label 1.
  std::int64_t signal_count() const noexcept { return signal_count_; }
  /// Gives back the memory of samples before `i`, which must not be asked for any more, as far as it comes in
  /// whole blocks.
  void release_before(std::int64_t i);
  /// Gives back what the last block holds in reserve.
  void shrink_to_fit();

 private:
  static constexpr std::int64_t kBlockSamples = 8192;
  struct Block {
    Block();
    std::vector<std::uint8_t> labels;
    SampleParts parts;
  };
  std::vector<Block> blocks_;
  std::int64_t size_ = 0;
  std::int64_t signal_count_ = 0;
  std::int64_t released_ = 0;  ///< blocks
};

}  // namespace jetrain

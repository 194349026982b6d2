#pragma once

/// \file
/// Jet images as (pixel index, value) pairs. A jet has about 45 non-empty pixels of 1,600, so two million of
/// them take about 0.6 GB instead of 12.8 GB.

#include <cstdint>
#include <span>
#include <vector>

namespace jetrain {

/// A view of one sample: ascending positions (of an image alone, row * columns + column; in general, as
/// samples/sample_layout.hpp says) with their values, and the class.
struct SampleView {
  std::span<const std::uint16_t> pixels;
  std::span<const float> values;
  std::uint8_t label = 0;  ///< 1 top, 0 QCD; of other data, the class
};

/// A growing sequence of sparse images. Memory comes in blocks, so that growth never copies what is there.
class SampleStore {
 public:
  void append(const SampleView& image);
  /// Appends all of `other` in its order and leaves it empty.
  void append(SampleStore&& other);

  std::int64_t size() const noexcept { return size_; }
  SampleView operator[](std::int64_t i) const;
  std::int64_t bytes() const noexcept;
  /// Number of images with label 1.
  std::int64_t signal_count() const noexcept { return signal_count_; }
  /// Gives back what the last block holds in reserve.
  void shrink_to_fit();

 private:
  static constexpr std::int64_t kBlockImages = 8192;
  struct Block {
    std::vector<std::uint32_t> ends;  ///< of each image's pixels
    std::vector<std::uint8_t> labels;
    std::vector<std::uint16_t> pixels;
    std::vector<float> values;
  };
  std::vector<Block> blocks_;
  std::int64_t size_ = 0;
  std::int64_t signal_count_ = 0;
};

}  // namespace jetrain

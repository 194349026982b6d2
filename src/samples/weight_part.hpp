#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetrain {

/// The codec of each sample's weight, one float a sample. Where all are 1, which most data have, nothing is
/// kept of them.
class WeightPart {
 public:
  using View = float;

  void reserve(std::size_t samples) { reserved_ = samples; }
  void append(float weight);
  float view(std::size_t i) const { return values_.empty() ? 1.0F : values_[i]; }
  void set(std::size_t i, float weight);
  std::int64_t bytes() const noexcept {
    return static_cast<std::int64_t>(values_.capacity() * sizeof(float));
  }
  void shrink_to_fit() {}

  /// As SparsePart's.
  static std::size_t packed_bytes(std::span<const float> parts);
  static void pack(std::span<const float> parts, std::byte* to);
  static std::size_t unpack(const std::byte* from, std::span<float> parts);

 private:
  void keep_all();

  std::size_t reserved_ = 0;  ///< samples that there will be
  std::size_t size_ = 0;
  std::vector<float> values_;  ///< (samples), or empty: all are 1
};

}  // namespace jetrain

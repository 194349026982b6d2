#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetrain {

/// The codec of parts that are as many floats in each sample of a set, without positions. Where there is no
/// such part, its vectors are empty and take nothing.
class VectorPart {
 public:
  using View = std::span<const float>;

  VectorPart() = default;
  /// The parts of some samples, one after another: (samples, width).
  VectorPart(std::span<const float> values, std::size_t width)
      : width_(width), begun_(true), values_(values.begin(), values.end()) {}
  void reserve(std::size_t) {}
  /// All have the length of the first; std::logic_error where one does not.
  void append(View part);
  View view(std::size_t i) const { return {values_.data() + i * width_, width_}; }
  std::int64_t bytes() const noexcept {
    return static_cast<std::int64_t>(values_.capacity() * sizeof(float));
  }
  void shrink_to_fit() { values_.shrink_to_fit(); }

  /// As SparsePart's.
  static std::size_t packed_bytes(std::span<const View> parts);
  static void pack(std::span<const View> parts, std::byte* to);
  static std::size_t unpack(const std::byte* from, std::span<View> parts);

 private:
  std::size_t width_ = 0;
  bool begun_ = false;
  std::vector<float> values_;
};

}  // namespace jetrain

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "samples/sample_view.hpp"

namespace jetrain {

/// The codec of parts that are rows of floats, as many floats in each row of a set, but as many rows as each
/// sample has: sets of constituents. Nothing bounds a position, and there is no padding. Where there is no
/// such part, its rows have width 0 and take nothing.
class RaggedPart {
 public:
  using View = RaggedView;

  /// Consecutive samples' parts as a cache keeps them, two flat arrays.
  struct Piece {
    std::vector<std::uint16_t> counts;  ///< (samples) rows
    std::vector<float> values;          ///< (sum of counts, width)

    void append(const RaggedView& part);
    /// All samples' parts. DataError where counts and values do not fit together.
    std::vector<RaggedView> views(std::int64_t width) const;
  };

  void reserve(std::size_t samples) { reserved_ = samples; }
  /// All have the width of the first; std::logic_error where one has not.
  void append(const RaggedView& part);
  RaggedView view(std::size_t i) const;
  std::int64_t bytes() const noexcept;
  void shrink_to_fit() { values_.shrink_to_fit(); }

  /// As SparsePart's.
  static std::size_t packed_bytes(std::span<const RaggedView> parts);
  static void pack(std::span<const RaggedView> parts, std::byte* to);
  static std::size_t unpack(const std::byte* from, std::span<RaggedView> parts);

 private:
  bool begun_ = false;
  std::int64_t width_ = 0;
  std::size_t reserved_ = 0;         ///< samples that there will be
  std::vector<std::uint32_t> ends_;  ///< of each sample's rows
  std::vector<float> values_;
};

}  // namespace jetrain

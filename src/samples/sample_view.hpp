#pragma once

/// \file
/// What a sample is made of: named parts, each with a shape of its own, and the class. Which part has which
/// shape in a set of samples is its layout's matter (samples/sample_layout.hpp).

#include <cstdint>
#include <span>
#include <vector>

namespace jetrain {

/// The values of a sparse array that are not empty: ascending positions, as a Grid counts them.
struct SparseView {
  std::span<const std::uint16_t> positions;
  std::span<const float> values;
};

/// Rows of as many floats each, how many rows differs from sample to sample: (rows, width). Width 0: there is
/// no such part.
struct RaggedView {
  std::span<const float> values;
  std::int64_t width = 0;

  std::int64_t rows() const noexcept {
    return width > 0 ? static_cast<std::int64_t>(values.size()) / width : 0;
  }
  std::span<const float> row(std::int64_t i) const {
    return values.subspan(static_cast<std::size_t>(i * width), static_cast<std::size_t>(width));
  }
};

/// Of each row its first four floats, the momentum: (rows, 4), a view of the rows or of `room`.
inline std::span<const float> momenta_of(const RaggedView& constituents, std::vector<float>& room) {
  constexpr std::int64_t kMomentum = 4;
  if (constituents.width == kMomentum) return constituents.values;
  room.clear();
  for (std::int64_t i = 0; i < constituents.rows(); ++i) {
    const auto momentum = constituents.row(i).first(kMomentum);
    room.insert(room.end(), momentum.begin(), momentum.end());
  }
  return room;
}

/// A view of one sample. Parts that its layout does not have are empty.
struct SampleView {
  SparseView input;
  std::uint8_t label = 0;                ///< 1 top, 0 QCD; of other data, the class
  std::span<const float> features = {};  ///< of the whole jet, beside the input
  std::span<const float> targets = {};   ///< of a regression
  /// (constituents, 4 or more) by falling pT: E, px, py, pz in GeV, then the columns that a layout names.
  RaggedView constituents = {};
  std::span<const float> jet = {};  ///< (4) E, px, py, pz in GeV of the sum over all, also of those not kept
  float weight = 1;                 ///< how much it counts (data.weights)
  /// What train.teacher says: the probability of class 1, or, of more than two classes, of each.
  std::span<const float> teacher = {};
};

}  // namespace jetrain

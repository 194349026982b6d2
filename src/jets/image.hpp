#pragma once

/// \file
/// From a jet's constituents to its sparse image; the physics is in image.cpp, step by step.

#include <cstdint>
#include <span>

#include "config/pictures.hpp"

namespace jetrain {

class RandomStream;

/// The constituents of a jet, here and below: (constituents, 4) with E, px, py, pz in GeV, sorted by
/// descending pT, perhaps padded with zeros. An image is made of at most so many.
inline constexpr std::int64_t kConstituents = 200;

enum class RowStatus : std::uint8_t { good, not_finite };

/// Makes sparse images. Stateless after construction; one object may serve all threads.
class ImageMaker {
 public:
  explicit ImageMaker(const ImageConfig& config);  ///< throws UsageError where a value is impossible

  /// Entries that `make`, `make_cloud` and `make_from_cloud` write at most.
  std::int64_t most_entries() const noexcept;

  /// Writes the non-empty pixels in ascending order of index = (channel * bins + row) * bins + column (row:
  /// first axis u; column: w). `pixels` and `values` hold at least most_entries(). Returns their number in
  /// `count`.
  RowStatus make(std::span<const float> constituents, std::uint16_t* pixels, float* values,
                 std::int64_t& count) const;

  /// The same steps but for binning: the jet as a cloud (jets/augmentation.hpp).
  RowStatus make_cloud(std::span<const float> constituents, std::uint16_t* positions, float* values,
                       std::int64_t& count) const;
  /// The image of a cloud, augmented with the random numbers of `stream`.
  void make_from_cloud(std::span<const std::uint16_t> positions, std::span<const float> cloud,
                       const AugmentationConfig& augmentation, RandomStream stream, std::uint16_t* pixels,
                       float* values, std::int64_t& count) const;

  const ImageConfig& config() const noexcept { return config_; }

 private:
  ImageConfig config_;
  bool only_pt_;  ///< the channels
};

}  // namespace jetrain

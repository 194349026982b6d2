#pragma once

/// \file
/// From a jet's constituents to its sparse image; the physics is in image.cpp, step by step.

#include <cstdint>
#include <span>
#include <string>

namespace jetrain {

/// Which steps are taken, and on which grid. The defaults are the notebook's preprocessing.
struct ImageConfig {
  std::int64_t bins = 40;   ///< pixels per axis, at most 255
  double half_width = 0.8;  ///< the image covers [-half_width, half_width] in eta and phi (rotated frame)
  bool center = true;       ///< constituent 0 to the origin
  bool rotate = true;       ///< constituent 1 onto the positive first axis
  bool flip = false;        ///< mirror so that the half with more pT has positive second coordinate
  std::string normalize = "max";  ///< max: divide by the largest pixel; sum: by the sum of pixels; none

  bool operator==(const ImageConfig&) const = default;
};

/// Constituents of one jet as they stand in the reference data set: (constituents, 4) with E, px, py, pz in
/// GeV, sorted by descending pT, padded with zeros.
inline constexpr std::int64_t kConstituents = 200;
inline constexpr std::int64_t kConstituentFloats = 4 * kConstituents;

enum class RowStatus : std::uint8_t { good, not_finite };

/// Makes sparse images. Stateless after construction; one object may serve all threads.
class ImageMaker {
 public:
  explicit ImageMaker(const ImageConfig& config);  ///< throws UsageError where a value is impossible

  /// Writes the non-empty pixels in ascending order of index = row * bins + column (row: first axis u;
  /// column: w). `pixels` and `values` hold at least kConstituents entries. Returns their number in `count`.
  RowStatus make(std::span<const float, kConstituentFloats> constituents, std::uint16_t* pixels,
                 float* values, std::int64_t& count) const;

  const ImageConfig& config() const noexcept { return config_; }

 private:
  ImageConfig config_;
};

}  // namespace jetrain

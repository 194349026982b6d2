#pragma once

#include <cstdint>
#include <string>

namespace jetrain {

/// What one sample looks like between two layers: an image (channels, rows, columns), or a flat vector of
/// features.
struct Shape {
  std::int64_t channels = 1;
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  bool flat = false;  ///< a vector: `columns` features, one channel, one row

  static Shape image(std::int64_t channels, std::int64_t rows, std::int64_t columns) {
    return {channels, rows, columns, false};
  }
  static Shape vector(std::int64_t features) { return {1, 1, features, true}; }

  std::int64_t size() const noexcept { return channels * rows * columns; }
  /// As Keras prints it, channels last: (40, 40, 8) or (64).
  std::string text() const;
  bool operator==(const Shape&) const = default;
};

/// Zeros that a layer needs around the rows and columns of a view.
struct Halo {
  std::int64_t top = 0;
  std::int64_t bottom = 0;
  std::int64_t left = 0;
  std::int64_t right = 0;
};

}  // namespace jetrain

#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/overloads.hpp"
#include "row_kernels/row_offsets.hpp"

namespace jetrain {

/// An image, in memory (channels, rows, columns).
struct ImageShape {
  std::int64_t channels = 1;
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  bool operator==(const ImageShape&) const = default;
};

/// A vector of features.
struct VectorShape {
  std::int64_t features = 1;
  bool operator==(const VectorShape&) const = default;
};

/// A set of constituents, of as many as each jet has, with so many channels each: rows of
/// row_kernels/rows.hpp.
struct SetShape {
  std::int64_t channels = 1;
  bool operator==(const SetShape&) const = default;
};

/// The pairs of two constituents of a set, with so many channels each: symmetric matrices, as attention reads
/// them (row_kernels/pair_bias.hpp), for each sample (channels, n, n filled up to vectors of sixteen). In a
/// leaf they stand one behind the other, as rows of one vector a channel.
struct PairsShape {
  std::int64_t channels = 1;
  bool operator==(const PairsShape&) const = default;
};

/// What one sample looks like between two layers: one of a closed set of forms. Who asks which one it is
/// visits all of them, so a new form (a struct here, its name in Forms) fails to compile where nobody has
/// thought of it.
class Shape {
 public:
  using Forms = std::variant<ImageShape, VectorShape, SetShape, PairsShape>;

  Shape(const ImageShape& image) : form_(image) {}
  Shape(const VectorShape& vector) : form_(vector) {}
  Shape(const SetShape& set) : form_(set) {}
  Shape(const PairsShape& pairs) : form_(pairs) {}
  static Shape image(std::int64_t channels, std::int64_t rows, std::int64_t columns) {
    return ImageShape{channels, rows, columns};
  }
  static Shape vector(std::int64_t features) { return VectorShape{features}; }
  static Shape set(std::int64_t channels) { return SetShape{channels}; }

  /// Calls the one of `functions` that takes the form at hand.
  template <class... Functions>
  decltype(auto) visit(Functions... functions) const {
    return std::visit(Overloads{functions...}, form_);
  }

  const Forms& form() const noexcept { return form_; }

  /// Of a sample's tensor, in the order of memory: {channels, rows, columns} or {features}; of sets and
  /// pairs, of one row: {channels}.
  std::vector<std::int64_t> sizes() const;
  /// Numbers in a sample, or in a row of it.
  std::int64_t size() const noexcept;
  /// Whether a leaf of it is made of rows, whose number differs from leaf to leaf.
  bool has_rows() const noexcept;
  /// How many rows a leaf has; of what has no rows, 0.
  std::int64_t rows_in(const RowOffsets& sets) const noexcept;
  /// The same as planes of a leaf (kernels/lanes.hpp): a vector is one row of one channel. Where the leaf
  /// has rows, there are none yet, and the columns are the vectors of sixteen channels that each has.
  ImageShape planes() const noexcept;
  /// "the image", "the vector", ..., for messages.
  const char* form_name() const noexcept;
  /// As Keras prints it, channels last: (40, 40, 8) or (64); of a set (n, 64).
  std::string text() const;
  bool operator==(const Shape&) const = default;

 private:
  Forms form_;
};

/// Zeros that a layer needs around the rows and columns of a view.
struct Halo {
  std::int64_t top = 0;
  std::int64_t bottom = 0;
  std::int64_t left = 0;
  std::int64_t right = 0;
};

}  // namespace jetrain

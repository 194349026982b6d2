#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layouts/place.hpp"
#include "layouts/stored_array.hpp"
#include "layouts/stored_type.hpp"

namespace jetrain {

/// Equal elements of a dataset's row, while it is found out which numbers a name stands for: all of the row,
/// or one member of each.
class NumberView {
 public:
  /// All elements of the row. DataError where a row has more than a million.
  NumberView(const StoredArray& array, std::string name);
  /// One element that stands at `offset` of the row.
  NumberView(const StoredArray& array, std::string name, const StoredType& type, std::size_t offset);

  /// The same of the member `path` ("pt", "track.pt") of each; nothing where there is none.
  std::optional<NumberView> member(std::string_view path) const;
  /// DataError where they are no numbers.
  Found found(std::size_t array_number) const;

 private:
  void spread(std::size_t element_bytes, const std::vector<std::int64_t>& sizes);
  void require_numbers() const;

  const StoredArray* array_;
  std::string name_;
  const StoredType* type_;
  std::vector<std::size_t> offsets_;
  std::vector<std::int64_t> shape_;
};

/// `index` of the last dimension. DataError where it has fewer, or there is none.
Found at_last_index(const Found& found, std::int64_t index);

/// Several side by side, as a new last dimension. DataError where they are not alike.
Found side_by_side(const std::vector<Found>& parts, const std::string& name);

}  // namespace jetrain

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "layouts/named_arrays.hpp"
#include "layouts/place.hpp"
#include "layouts/tables.hpp"

namespace jetrain {

/// "/a/b/" as "a/b".
std::string without_slashes(const std::string& path);

/// What references stand for (layouts/file_columns.hpp says what they may be).
class References {
 public:
  References(NamedArrays& arrays, Tables& tables) : arrays_(&arrays), tables_(&tables) {}

  /// Nothing where there is nothing of that name; DataError where there is, and it cannot be used.
  std::optional<Found> find(const std::string& reference);
  /// The same; DataError for both.
  Found require(const std::string& reference);

 private:
  Found column(const Tables::Column& place);
  const Tables::Column& only_one(const std::vector<Tables::Column>& columns) const;
  std::optional<Found> exactly(const std::string& name);
  std::optional<Found> member(const std::string& name);
  std::optional<Found> numbered(const std::string& pattern);
  void require_no_columns(const std::string& pattern);
  void add_members(const std::string& dataset, std::vector<std::string>& names);
  std::vector<std::string> all_names();

  NamedArrays* arrays_;
  Tables* tables_;
};

}  // namespace jetrain

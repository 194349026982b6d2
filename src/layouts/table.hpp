#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "layouts/number_format.hpp"
#include "layouts/stored_type.hpp"

namespace jetrain {

/// A named column of a table: one number of each row, or something that is none.
struct TableColumn {
  std::string name;
  std::string dataset;  ///< where it stands
  StoredType type;
  std::size_t offset = 0;  ///< in the dataset's row
  std::string refusal;     ///< why it cannot be used, and what to do; empty: it can
};

struct FileTable {
  std::string name;   ///< "/table", "/events/jets"
  std::string doubt;  ///< what is to be said of how it is read; empty: nothing
  std::vector<TableColumn> columns;
};

}  // namespace jetrain

#pragma once

/// \file
/// DataFrames as pandas' to_hdf writes them, told by the names that stand beside them.
///
/// Format "table" (attribute pandas_type = frame_table): a dataset `table` of compounds. Columns of one dtype
/// share a member values_block_N, an array, and the attribute values_block_N_kind, a pickled list, has their
/// names; so for columns that pandas was told to keep apart (data_columns), each a member of its own. The
/// index is a member without such an attribute. Format "fixed" (pandas_type = frame): datasets blockN_values
/// (rows, columns) beside blockN_items, their names.

#include <hdf5.h>

#include <functional>
#include <string>

#include "layouts/stored_array.hpp"
#include "layouts/table.hpp"

namespace jetrain {

/// The table of the group `group` of `file`, in which pandas_type() is one of these. `open` gives a dataset
/// by its path. DataError names file and group; ReadError.
FileTable pandas_table(hid_t file, const std::string& group,
                       const std::function<const StoredArray&(const std::string&)>& open);

}  // namespace jetrain

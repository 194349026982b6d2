#pragma once

/// \file
/// The columns of the Top Quark Tagging Reference Dataset, in their order.

#include <optional>
#include <string>
#include <vector>

#include "layouts/stored_type.hpp"
#include "layouts/table.hpp"

namespace jetrain {

/// Of values_block_0: E_0, PX_0, PY_0, PZ_0, E_1, ..., PZ_199, truthE, truthPX, truthPY, truthPZ.
std::vector<std::string> reference_block_0();
/// Of values_block_1: ttv, is_signal_new.
std::vector<std::string> reference_block_1();

/// A table whose record is the reference data set's (index, values_block_0 float32[804], values_block_1
/// int64[2]), but which says no names, as where somebody copied the dataset without its attributes: those
/// names, and a doubt. Nothing where the record is another. `dataset`: its path.
std::optional<FileTable> unnamed_reference_table(const std::string& dataset, const StoredType& record);

}  // namespace jetrain

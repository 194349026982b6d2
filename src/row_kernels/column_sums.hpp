#pragma once

#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// The sums of the columns of at most kTermsPerPass rows, from zero, added to `sums` (padded channels).
void add_column_sums(ConstRows pass, float* sums);

}  // namespace jetrain::kernels

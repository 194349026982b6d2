#pragma once

/// \file
/// The layers of sets whose kinds images and vectors have, too; and what layers of sets share.

#include <cstdint>
#include <memory>
#include <span>

#include "nn/layers.hpp"

namespace jetrain {

std::unique_ptr<Layer> make_row_dense(const DenseConfig& config, const SetShape& input);
std::unique_ptr<Layer> make_row_batch_norm(const BatchNormConfig& config, const SetShape& input);
std::unique_ptr<Layer> make_row_layer_norm(const LayerNormConfig& config, const SetShape& input);
std::unique_ptr<Layer> make_row_standardize(const StandardizeConfig& config, const SetShape& input);

/// Adds a matrix without its padding to exact sums (rows, channels), as kernels::exact_accumulate does.
/// Returns false where a value is out of bounds; all are gone through.
bool add_rows_exactly(ConstRows values, float limit, std::int64_t* sums);

}  // namespace jetrain

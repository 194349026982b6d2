#pragma once

/// \file
/// The axes of plain arrays: files have samples as (F), (H, W), (C, H, W) or (H, W, C), the network has them
/// as (F) or (C, H, W).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/data.hpp"

namespace jetrain {

/// [features] or [channels, rows, columns] of the samples of an array of these sizes, the first of which is
/// that of its rows. Empty where it has another number of axes.
std::vector<std::int64_t> sample_shape(const std::vector<std::int64_t>& sizes, ArrayLayout layout);

/// From (rows, H, W, C) to (rows, C, H, W), in place. `shape`: [C, H, W].
void put_channels_first(std::span<float> samples, const std::vector<std::int64_t>& shape);

/// What to say of a shape that looks like that of the other layout: a last axis of 1 to 4 below two longer
/// ones is hardly the columns of an image, nor a first one its rows under channels_last. Empty: nothing.
std::string doubt_about_layout(const ArraysConfig& arrays);

}  // namespace jetrain

#pragma once

/// \file
/// The filters of a network's first layer, which still can be looked at as images.

#include "nn/model.hpp"
#include "pictures/picture.hpp"

namespace jetrain {

/// The kernel (rows, columns, inputs, filters) of a convolution that is the network's first layer with a
/// kernel; null where that is none.
const ParameterView* first_filters(const Model& model);

/// All taps of such a kernel on one channel of the input, filter beside filter, eta to the right, phi
/// upwards; blue taps are negative, orange ones positive, white is 0.
Picture filter_picture(const Model& model, const ParameterView& kernel, std::int64_t channel);

}  // namespace jetrain

#pragma once

/// \file
/// The colours of values of both signs: blue, white, orange, told apart also by the colour-blind.

#include <array>

#include "telemetry/picture.hpp"

namespace jetrain {

/// At -1, -1/2, 0, 1/2, 1 of the largest value; between them colours are interpolated.
inline constexpr std::array<Rgb, 5> kSignedPalette = {
    {{0x00, 0x4c, 0x7a}, {0x5a, 0xa5, 0xd0}, {0xff, 0xff, 0xff}, {0xf0, 0x9a, 0x5e}, {0x96, 0x3f, 0x00}}};

}  // namespace jetrain

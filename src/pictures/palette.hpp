#pragma once

/// \file
/// The colours of all pictures and pages.

#include <array>
#include <cstddef>
#include <cstdint>

namespace jetrain {

/// Of lines, bars and marks; told apart also by the colour-blind (Okabe and Ito, 2008).
inline constexpr std::array kColors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                       "#E69F00", "#56B4E9", "#999999", "#000000"};
inline const char* color(std::size_t i) {
  return kColors[i % kColors.size()];
}

/// What carries no data of its own, from dark to light.
namespace ink {
inline constexpr const char* kMark = "#000000";   ///< of what is pointed out
inline constexpr const char* kText = "#1a1a1a";   ///< of pages
inline constexpr const char* kFrame = "#444444";  ///< of pictures, with their text; captions
inline constexpr const char* kGuide = "#777777";  ///< lines to compare with
inline constexpr const char* kRule = "#999999";   ///< lines that divide
inline constexpr const char* kGrid = "#dddddd";   ///< behind the data, between a table's rows
inline constexpr const char* kShade = "#f4f4f4";  ///< behind text that is quoted
inline constexpr const char* kPaper = "#ffffff";  ///< behind all
inline constexpr const char* kWarning = "#d55e00";
}  // namespace ink

struct Rgb {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

struct PaletteStop {
  double position;
  Rgb color;
};

/// Of values from 0: nothing is white, as paper is; small values light, large ones dark: viridis backwards.
inline constexpr std::array<PaletteStop, 8> kPalette = {{{0, {0xff, 0xff, 0xff}},
                                                         {0.05, {0xfd, 0xe7, 0x25}},
                                                         {1, {0x90, 0xd7, 0x43}},
                                                         {2, {0x35, 0xb7, 0x79}},
                                                         {3, {0x21, 0x91, 0x8c}},
                                                         {4, {0x31, 0x68, 0x8e}},
                                                         {5, {0x44, 0x39, 0x83}},
                                                         {6, {0x44, 0x01, 0x54}}}};

/// Of values of both signs, at even steps from minus the largest to the largest: blue, white, orange, told
/// apart also by the colour-blind.
inline constexpr std::array<PaletteStop, 5> kSignedPalette = {{{-1, {0x00, 0x4c, 0x7a}},
                                                               {-0.5, {0x5a, 0xa5, 0xd0}},
                                                               {0, {0xff, 0xff, 0xff}},
                                                               {0.5, {0xf0, 0x9a, 0x5e}},
                                                               {1, {0x96, 0x3f, 0x00}}}};

}  // namespace jetrain

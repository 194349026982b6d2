#pragma once

/// \file
/// How figures speak to gnuplot: its strings, its named blocks of data, and the looks that all share.

#include <fmt/format.h>

#include <array>
#include <string>

#include "telemetry/signed_palette.hpp"

namespace jetrain::gnuplot {

/// Told apart also by the colour-blind (Okabe and Ito, 2008).
inline constexpr std::array kColors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                       "#E69F00", "#56B4E9", "#999999", "#000000"};
inline const char* color(std::size_t i) {
  return kColors[i % kColors.size()];
}

/// The legend stands above, where it never covers data. Names of runs are no markup.
inline constexpr const char* kCommonSettings =
    "set encoding utf8\n"
    "set datafile missing 'nan'\n"
    "set border 3 lc rgb '#444444'\n"
    "set tics nomirror\n"
    "set grid lc rgb '#dddddd' dt 1 lw 0.5\n"
    "set key above Left reverse noenhanced samplen 2.5 width 1\n";

/// Inside single quotes gnuplot knows only one special character, the quote itself.
inline std::string literal(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "''";
    else
      out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out + "'";
}

/// The block `$name` of data lines.
inline std::string data_block(const std::string& name, const std::string& lines) {
  return fmt::format("${} << END_OF_DATA\n{}END_OF_DATA\n", name, lines);
}

/// Nothing is white, as paper is; small values light, large ones dark: viridis backwards.
inline constexpr const char* kPalette =
    "set palette defined (0 '#ffffff', 0.05 '#fde725', 1 '#90d743', 2 '#35b779', 3 '#21918c', 4 '#31688e', 5 "
    "'#443983', "
    "6 '#440154')\n";
/// For values of both signs.
inline std::string signed_palette() {
  std::string stops;
  for (std::size_t i = 0; i < kSignedPalette.size(); ++i) {
    const Rgb& color = kSignedPalette[i];
    stops +=
        fmt::format("{}{} '#{:02x}{:02x}{:02x}'", i > 0 ? ", " : "", i, color.red, color.green, color.blue);
  }
  return "set palette defined (" + stops + ")\n";
}

}  // namespace jetrain::gnuplot

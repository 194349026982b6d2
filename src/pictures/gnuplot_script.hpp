#pragma once

/// \file
/// How figures speak to gnuplot: its strings, its named blocks of data, and the looks that all share.

#include <cstddef>
#include <string>

#include "pictures/palette.hpp"

namespace jetrain::gnuplot {

/// What every figure begins with. The legend stands above, where it never covers data. Names of runs are no
/// markup. Scripts can name the inks MARK, GUIDE and RULE of the palette: `lc rgb GUIDE`.
std::string common_settings();

/// Inside single quotes gnuplot knows only one special character, the quote itself, which it does not
/// understand where it is the first one, or beside another: such texts stand in double quotes, whatever could
/// mean something there as its number. Pictures are XML, or take UTF-8 only: what these do not allow is
/// written as escapes.
std::string literal(const std::string& text);

/// A label of a tick: gnuplot takes it for a number's format, in which % means something.
std::string tick_label(const std::string& text);

/// The block `$name` of data lines.
std::string data_block(const std::string& name, const std::string& lines);

/// The marks of one line after another, told apart without colour: circle, square, triangle, diamond, another
/// triangle, filled; then the same, empty.
int mark(std::size_t i);

/// By how many pixels a legend of so many lines makes a figure higher, which has room for two.
int legend_room(std::size_t lines);

/// Colours of pixels: kPalette, and kSignedPalette for values of both signs.
std::string palette();
std::string signed_palette();

}  // namespace jetrain::gnuplot

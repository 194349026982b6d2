#pragma once

/// \file
/// A picture, before it is drawn.

#include <cstdint>
#include <string>
#include <vector>

namespace jetrain {

struct Figure {
  std::string name;     ///< of its file, without ending: [a-z0-9_] only
  std::string caption;  ///< stands below it, and in its place where pictures cannot be seen
  std::string script;   ///< gnuplot's commands, with the data in named blocks
  int width = 480;      ///< at 96 dots an inch; text is legible on a phone where this is at most 520
  int height = 360;
  bool raster = false;  ///< has so many parts that a page is smaller with it as PNG
};

enum class PictureFormat : std::uint8_t { svg, png, pdf };

/// "svg", "png", "pdf": also the files' endings.
PictureFormat parse_picture_format(const std::string& word);
const char* ending(PictureFormat format);

}  // namespace jetrain

#pragma once

/// \file
/// Figures are drawn by gnuplot, as a child process: a script in, picture files out. It need not be there for
/// anything else that jetrain does.

#include <string>
#include <vector>

#include "pictures/figure.hpp"

namespace jetrain {

/// Whether there is a gnuplot in PATH.
bool has_gnuplot();

/// The end of a sentence for where there is none: what is missing, and how to come by it.
inline constexpr const char* kMissingGnuplot =
    "gnuplot (5 or newer), which is not in PATH: install it (Debian, Ubuntu: the package gnuplot-nox), or "
    "load "
    "it as a module";

struct Drawing {
  Figure figure;
  PictureFormat format = PictureFormat::svg;
};

/// The pictures' bytes, in the order of `drawings`. All are drawn by one process, in a folder for temporary
/// files that is gone afterwards. An error has gnuplot's own words. For one rank alone.
std::vector<std::string> draw(const std::vector<Drawing>& drawings);

}  // namespace jetrain

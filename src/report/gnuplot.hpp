#pragma once

/// \file
/// Figures are drawn by gnuplot, as a child process: a script in, picture files out. It need not be there for
/// anything else that jetrain does.

#include <string>
#include <vector>

#include "report/figure.hpp"

namespace jetrain {

/// Throws, naming the package to install, where there is no gnuplot in PATH.
void require_gnuplot();

struct Drawing {
  Figure figure;
  PictureFormat format = PictureFormat::svg;
};

/// The pictures' bytes, in the order of `drawings`. All are drawn by one process, in a folder for temporary
/// files that is gone afterwards. An error has gnuplot's own words. For one rank alone.
std::vector<std::string> draw(const std::vector<Drawing>& drawings);

}  // namespace jetrain

#pragma once

/// \file
/// A picture of bars, each of parts that stand on one another.

#include <string>
#include <vector>

#include "pictures/figure.hpp"

namespace jetrain {

struct BarPart {
  std::string name;
  std::vector<double> heights;  ///< one a bar
};

/// `bars` name the bars, `x` says what they are, `y` what is stacked. Parts that are next to each other
/// differ in lightness, and the legend has them in their order, from below.
Figure stacked_bars(const std::string& name, const std::string& caption, const std::string& x,
                    const std::string& y, const std::vector<std::string>& bars,
                    const std::vector<BarPart>& parts);

}  // namespace jetrain

#pragma once

#include <string>
#include <vector>

#include "statistics/class_figures.hpp"

namespace jetrain {

/// More than two classes as text: each one's figures, and below who is called what, in shares of the true
/// class. "" where there are none.
std::string class_tables(const std::vector<ClassFigures>& classes);

/// The second of these alone.
std::string confusion_table(const std::vector<std::string>& names,
                            const std::vector<std::vector<double>>& called);

}  // namespace jetrain
